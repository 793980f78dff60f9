import type { ByteWriter } from '../../base/index.js';
import type { FloatBatch, HistogramSample } from '../../storage/index.js';
import {
  encodeHistograms,
  encodeHistogramsV2,
  encodeSamples,
  encodeSamplesV2,
  histogramRecordType,
} from '../wal/index.js';
import { StagedFloats } from './staged-floats.js';

/** Samples of a commit whose floats all come before the histograms of the same series. */
class StagedBatch {
  readonly floats = new StagedFloats();
  readonly histograms: HistogramSample[] = [];
  readonly histogramRefs = new Set<number>();
}

/**
 * The samples of a commit in an order that the log can keep. A record holds floats or histograms, and floats go first;
 * so a float behind a histogram of its series begins a batch. A stale marker says which kind it ends by what it follows.
 */
export class StagedSamples {
  #current = new StagedBatch();
  readonly #batches: StagedBatch[] = [this.#current];
  floatCount = 0;
  histogramCount = 0;

  /** `words` is `wordsOf` the batch's values. */
  addFloat(batch: FloatBatch, row: number, words: Uint32Array): void {
    const { histogramRefs } = this.#current;
    if (histogramRefs.size > 0 && histogramRefs.has(batch.refs[row] as number)) {
      this.#current = new StagedBatch();
      this.#batches.push(this.#current);
    }
    this.#current.floats.push(batch, row, words);
    this.floatCount++;
  }

  /** The sample's buckets are copied. */
  addHistogram(sample: HistogramSample): void {
    this.#current.histograms.push(ownHistogram(sample));
    this.#current.histogramRefs.add(sample.ref);
    this.histogramCount++;
  }

  /** Calls `take` after each record. */
  encode(
    writer: ByteWriter,
    { startTimestamps, take }: { startTimestamps: boolean; take: () => void },
  ): void {
    for (const { floats, histograms } of this.#batches) {
      if (floats.length > 0) {
        if (startTimestamps) encodeSamplesV2(writer, floats);
        else encodeSamples(writer, floats);
        take();
      }
      for (const { type, samples } of byRecordType(histograms, startTimestamps)) {
        if (startTimestamps) encodeHistogramsV2(writer, type === 1, samples);
        else encodeHistograms(writer, type, samples);
        take();
      }
    }
  }
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
