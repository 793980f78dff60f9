import { type FloatColumn, floatColumn } from '../read-float.js';

/** Kinds of entry other than samples. */
export const markKinds = { type: 0, help: 1, unit: 2, comment: 3 } as const;
export type MarkKind = (typeof markKinds)[keyof typeof markKinds];

export interface Mark {
  readonly kind: MarkKind;
  readonly nameStart: number;
  readonly nameEnd: number;
  readonly textStart: number;
  readonly textEnd: number;
  /** Of a TYPE line, else `noMetricType`. */
  readonly metricType: number;
}

/** Entries of one kind of column, doubled in length when they are full. */
function grownIntegers<T extends Uint32Array | Uint8Array>(column: T, length: number): T {
  const grown = column instanceof Uint32Array ? new Uint32Array(length) : new Uint8Array(length);
  grown.set(column);
  return grown as T;
}

/** Copies bits: a NaN keeps its payload. */
function grownFloats(column: FloatColumn, length: number): FloatColumn {
  const grown = floatColumn(length);
  grown.words.set(column.words);
  return grown;
}

/** The samples of a page. Columns are replaced when they grow; `count` of their entries are filled. */
export class SampleColumns {
  count = 0;
  capacity = 0;
  seriesStart = new Uint32Array(0);
  seriesEnd = new Uint32Array(0);
  metricTypes = new Uint8Array(0);
  values = floatColumn(0);
  timestamps = new Float64Array(0);

  reserve(capacity: number): void {
    if (capacity <= this.capacity) return;
    this.capacity = capacity;
    this.seriesStart = grownIntegers(this.seriesStart, capacity);
    this.seriesEnd = grownIntegers(this.seriesEnd, capacity);
    this.metricTypes = grownIntegers(this.metricTypes, capacity);
    this.values = grownFloats(this.values, capacity);
    const timestamps = new Float64Array(capacity);
    timestamps.set(this.timestamps);
    this.timestamps = timestamps;
  }

  /** Makes room for one more sample. */
  grow(): void {
    if (this.count === this.capacity) this.reserve(Math.max(64, this.capacity * 2));
  }
}

/** Metadata and comments, each with the number of samples that stand before it. */
export class MarkColumns {
  count = 0;
  kinds = new Uint8Array(16);
  metricTypes = new Uint8Array(16);
  rows = new Uint32Array(16);
  /** Four a mark: start and end of the name, start and end of the text. */
  ranges = new Uint32Array(64);

  add(mark: Mark, row: number): void {
    if (this.count === this.kinds.length) this.#grow();
    const index = this.count++;
    this.kinds[index] = mark.kind;
    this.metricTypes[index] = mark.metricType;
    this.rows[index] = row;
    this.ranges[4 * index] = mark.nameStart;
    this.ranges[4 * index + 1] = mark.nameEnd;
    this.ranges[4 * index + 2] = mark.textStart;
    this.ranges[4 * index + 3] = mark.textEnd;
  }

  #grow(): void {
    const capacity = 2 * this.kinds.length;
    this.kinds = grownIntegers(this.kinds, capacity);
    this.metricTypes = grownIntegers(this.metricTypes, capacity);
    this.rows = grownIntegers(this.rows, capacity);
    this.ranges = grownIntegers(this.ranges, 4 * capacity);
  }
}

/** Exemplars in row order; OpenMetrics has at most one a row. */
export class ExemplarColumns {
  count = 0;
  rows = new Uint32Array(0);
  labelsStart = new Uint32Array(0);
  values = floatColumn(0);
  timestamps = floatColumn(0);

  /** Takes entry 0 of `value`. */
  add(row: number, labelsStart: number, value: FloatColumn, timestamp: number): void {
    if (this.count === this.rows.length) this.#grow();
    const index = this.count++;
    this.rows[index] = row;
    this.labelsStart[index] = labelsStart;
    this.values.words[2 * index] = value.words[0] as number;
    this.values.words[2 * index + 1] = value.words[1] as number;
    this.timestamps.values[index] = timestamp;
  }

  #grow(): void {
    const capacity = Math.max(16, 2 * this.rows.length);
    this.rows = grownIntegers(this.rows, capacity);
    this.labelsStart = grownIntegers(this.labelsStart, capacity);
    this.values = grownFloats(this.values, capacity);
    this.timestamps = grownFloats(this.timestamps, capacity);
  }
}

/** Buffers that scans fill one after the other; a page is valid until the next scan with the same scratch. */
export interface ScanScratch {
  readonly samples: SampleColumns;
  readonly marks: MarkColumns;
  readonly exemplars: ExemplarColumns;
}

export function createScanScratch(): ScanScratch {
  return { samples: new SampleColumns(), marks: new MarkColumns(), exemplars: new ExemplarColumns() };
}

export function clearScratch({ samples, marks, exemplars }: ScanScratch): void {
  samples.count = 0;
  marks.count = 0;
  exemplars.count = 0;
}
