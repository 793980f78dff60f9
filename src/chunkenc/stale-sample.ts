import type { Histogram } from '../model/index.js';

/** The stale marker of a series of histograms: an empty one whose sum is the marker. */
export function staleSample(integer: boolean): Histogram {
  const noBuckets = new Float64Array(0);
  return {
    integer,
    counterResetHint: 'unknown',
    schema: 0,
    zeroThreshold: 0,
    zeroCount: 0,
    count: 0,
    sum: Number.NaN,
    stale: true,
    positiveSpans: [],
    negativeSpans: [],
    positiveBuckets: noBuckets,
    negativeBuckets: noBuckets,
    customValues: undefined,
  };
}
