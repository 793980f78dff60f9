import type { Histogram } from './histogram.js';

/** A copy that shares no array with the original. */
export function copyHistogram(histogram: Histogram): Histogram {
  return {
    ...histogram,
    positiveSpans: histogram.positiveSpans.map((span) => ({ ...span })),
    negativeSpans: histogram.negativeSpans.map((span) => ({ ...span })),
    positiveBuckets: histogram.positiveBuckets.slice(),
    negativeBuckets: histogram.negativeBuckets.slice(),
    customValues: histogram.customValues?.slice(),
  };
}

/** The same histogram as one of doubles. Arrays are shared, as counts are absolute in both. */
export function toFloatHistogram(histogram: Histogram): Histogram {
  return histogram.integer ? { ...histogram, integer: false } : histogram;
}

/** Counts as the integer encodings hold them: the first, then each one's difference to the one before. */
export function bucketDeltas(buckets: Float64Array): Float64Array {
  return buckets.map((count, i) => count - (i === 0 ? 0 : (buckets[i - 1] as number)));
}

/** The counts of which `bucketDeltas` makes `deltas`. */
export function bucketsOfDeltas(deltas: ArrayLike<number>): Float64Array {
  const buckets = new Float64Array(deltas.length);
  let count = 0;
  for (let i = 0; i < deltas.length; i++) {
    count += deltas[i] as number;
    buckets[i] = count;
  }
  return buckets;
}
