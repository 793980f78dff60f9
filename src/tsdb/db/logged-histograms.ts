import type { ByteWriter } from '../../base/index.js';
import type { FloatBatch, HistogramSample } from '../../storage/index.js';
import {
  encodeHistograms,
  encodeHistogramsV2,
  encodeSamplesV2,
  histogramRecordType,
  partOfRows,
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
  records(floats: CommittedFloats, options: EncodeOptions): LoggedRecord[] {
    const records: LoggedRecord[] = [];
    const { length } = floats.rows;
    if (this.#placed.length === 0) {
      pushFloats(records, floats, { from: 0, to: length, ...options });
      return records;
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
      waiting.push(sample);
      waitingRefs.add(sample.ref);
    }
    look(length);
    pushFloats(records, floats, { from: begin, to: length, ...options });
    records.push(...histogramRecords(waiting, options));
    return records;
  }
}

function pushFloats(
  records: LoggedRecord[],
  floats: CommittedFloats,
  { from, to, startTimestamps, scratch }: { from: number; to: number } & EncodeOptions,
): void {
  if (from === to) return;
  if (!startTimestamps) {
    records.push(partOfRows(floats.rows, from, to - from));
    return;
  }
  const columns = floats.columns();
  scratch.reset();
  encodeSamplesV2(scratch, {
    length: to - from,
    refs: columns.refs.subarray(from, to),
    timestamps: columns.timestamps.subarray(from, to),
    values: columns.values.subarray(from, to),
    startTimestamps: columns.startTimestamps?.subarray(from, to),
  });
  records.push(scratch.take());
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
