import type { ByteWriter } from '../../base/index.js';
import { wordsOf } from '../../model/index.js';
import type { FloatBatch, HistogramSample } from '../../storage/index.js';
import { StagedFloats } from '../head/index.js';
import {
  encodeHistograms,
  encodeHistogramsV2,
  encodeSamples,
  encodeSamplesV2,
  histogramRecordType,
  partOfRows,
  recordType,
  type SampleRows,
} from '../wal/index.js';

/** The floats of a commit: rows in the head's memory, and the same as columns where somebody must look at them. */
export interface CommittedFloats {
  readonly rows: SampleRows;
  columns(): FloatBatch;
}

/** What a record is made of: rows that a kernel encodes, or bytes. */
export type LoggedRecord = Uint8Array | SampleRows;

interface EncodeOptions {
  readonly scratch: ByteWriter;
  /** Records with start timestamps, which older versions of Prometheus skip. */
  readonly startTimestamps: boolean;
}

interface CommitOptions extends EncodeOptions {
  /** Samples before this are late whatever their series has: they have records of their own, which say so. */
  readonly lateBeforeMs: number;
}

interface Placed {
  readonly sample: HistogramSample;
  /** Behind so many floats of the commit. */
  readonly position: number;
}

/**
 * The histograms of a commit. A record holds floats or histograms, and floats go first; so a float behind a histogram
 * of its series begins a batch of records. A stale marker says which kind it ends by what it follows.
 */
export class LoggedHistograms {
  readonly #placed: Placed[] = [];

  get count(): number {
    return this.#placed.length;
  }

  /** The sample's buckets are copied. */
  add(sample: HistogramSample, position: number): void {
    this.#placed.push({ sample: ownHistogram(sample), position });
  }

  *refs(): Iterable<number> {
    for (const { sample } of this.#placed) yield sample.ref;
  }

  /** The records of all samples of the commit. */
  records(floats: CommittedFloats, options: CommitOptions): LoggedRecord[] {
    const { lateBeforeMs } = options;
    const records: LoggedRecord[] = [];
    this.#pushInOrder(records, floats, options);
    if (lateBeforeMs === Number.NEGATIVE_INFINITY) return records;
    const lateRows = lateFloats(floats.columns(), lateBeforeMs);
    if (lateRows.length > 0) records.push(asLate(floatRecord(lateRows, options)));
    const late = this.#placed.filter(({ sample }) => sample.timestampMs < lateBeforeMs);
    const samples = late.map(({ sample }) => sample);
    return [...records, ...histogramRecords(samples, options).map(asLate)];
  }

  #pushInOrder(records: LoggedRecord[], floats: CommittedFloats, options: CommitOptions): void {
    const { length } = floats.rows;
    if (this.#placed.length === 0) {
      pushFloats(records, floats, { from: 0, to: length, ...options });
      return;
    }
    const { refs } = floats.columns();
    let begin = 0;
    let seen = 0;
    let waiting: HistogramSample[] = [];
    const waitingRefs = new Set<number>();
    const look = (end: number): void => {
      for (; seen < end; seen++) {
        if (!waitingRefs.has(refs[seen] as number)) continue;
        pushFloats(records, floats, { from: begin, to: seen, ...options });
        records.push(...histogramRecords(waiting, options));
        begin = seen;
        waiting = [];
        waitingRefs.clear();
      }
    };
    for (const { sample, position } of this.#placed) {
      look(position);
      if (sample.timestampMs < options.lateBeforeMs) continue;
      waiting.push(sample);
      waitingRefs.add(sample.ref);
    }
    look(length);
    pushFloats(records, floats, { from: begin, to: length, ...options });
    records.push(...histogramRecords(waiting, options));
  }
}

/** Those of the rows that are not late, run by run. */
function pushFloats(
  records: LoggedRecord[],
  floats: CommittedFloats,
  { from, to, ...options }: { from: number; to: number } & CommitOptions,
): void {
  const { lateBeforeMs, startTimestamps } = options;
  const push = (begin: number, end: number): void => {
    if (begin === end) return;
    if (startTimestamps) records.push(floatRecord(partOf(floats.columns(), begin, end), options));
    else records.push(partOfRows(floats.rows, begin, end - begin));
  };
  if (lateBeforeMs === Number.NEGATIVE_INFINITY) {
    push(from, to);
    return;
  }
  const { timestamps } = floats.columns();
  let begin = from;
  for (let row = from; row < to; row++) {
    if ((timestamps[row] as number) >= lateBeforeMs) continue;
    push(begin, row);
    begin = row + 1;
  }
  push(begin, to);
}

function lateFloats(columns: FloatBatch, beforeMs: number): StagedFloats {
  const rows = new StagedFloats();
  const words = wordsOf(columns.values);
  for (let row = 0; row < columns.length; row++)
    if ((columns.timestamps[row] as number) < beforeMs) rows.push(columns, row, words);
  return rows;
}

/** Rows `from` to `to` of columns. */
export function partOf(columns: FloatBatch, from: number, to: number): FloatBatch {
  return {
    length: to - from,
    refs: columns.refs.subarray(from, to),
    timestamps: columns.timestamps.subarray(from, to),
    values: columns.values.subarray(from, to),
    startTimestamps: columns.startTimestamps?.subarray(from, to),
  };
}

export function floatRecord(rows: FloatBatch, { startTimestamps, scratch }: EncodeOptions): Uint8Array {
  scratch.reset();
  if (startTimestamps) encodeSamplesV2(scratch, rows);
  else encodeSamples(scratch, rows);
  return scratch.take();
}

function asLate(record: Uint8Array): Uint8Array {
  const late = new Uint8Array(record.length + 1);
  late[0] = recordType.late;
  late.set(record, 1);
  return late;
}

/** Samples as records, those of a series in their order. */
export function histogramRecords(
  samples: readonly HistogramSample[],
  { startTimestamps, scratch }: EncodeOptions,
): Uint8Array[] {
  return byRecordType(samples, startTimestamps).map((group) => {
    scratch.reset();
    if (startTimestamps) encodeHistogramsV2(scratch, group.type === 1, group.samples);
    else encodeHistograms(scratch, group.type, group.samples);
    return scratch.take();
  });
}

/** The caller's buckets are the caller's again once the call returns. */
function ownHistogram(sample: HistogramSample): HistogramSample {
  const { histogram } = sample;
  return {
    ...sample,
    histogram: {
      ...histogram,
      positiveBuckets: histogram.positiveBuckets.slice(),
      negativeBuckets: histogram.negativeBuckets.slice(),
    },
  };
}

interface Group {
  readonly type: number;
  /** Its place among the commit's records. */
  readonly ordinal: number;
  readonly samples: HistogramSample[];
}

/**
 * Samples by record type, in as many groups as it takes for a series that changes its type to keep its order. With
 * start timestamps the types are 1 for integers and 0 for floats.
 */
function byRecordType(samples: readonly HistogramSample[], startTimestamps: boolean): Group[] {
  const groups: Group[] = [];
  const open = new Map<number, Group>();
  const lastOrdinal = new Map<number, number>();
  for (const sample of samples) {
    const { histogram, ref } = sample;
    const type = startTimestamps ? Number(histogram.integer) : histogramRecordType(histogram);
    let group = open.get(type);
    if (group === undefined || group.ordinal < (lastOrdinal.get(ref) ?? -1)) {
      group = { type, ordinal: groups.length, samples: [] };
      groups.push(group);
      open.set(type, group);
    }
    group.samples.push(sample);
    lastOrdinal.set(ref, group.ordinal);
  }
  return groups;
}
