import type { Histogram, Span } from './histogram.js';
import { bucketIndexes, spansOf } from './histogram-buckets.js';

/**
 * The histogram with neighbouring buckets joined until its schema is `schema`. Source: model/histogram,
 * reduceResolution.
 */
export function reduceResolution(histogram: Histogram, schema: number): Histogram {
  const factor = 2 ** (histogram.schema - schema);
  const positive = joinBuckets(histogram.positiveSpans, histogram.positiveBuckets, factor);
  const negative = joinBuckets(histogram.negativeSpans, histogram.negativeBuckets, factor);
  return {
    ...histogram,
    schema,
    positiveSpans: spansOf(positive.indexes),
    positiveBuckets: positive.counts,
    negativeSpans: spansOf(negative.indexes),
    negativeBuckets: negative.counts,
  };
}

function joinBuckets(
  spans: readonly Span[],
  counts: Float64Array,
  factor: number,
): { indexes: Int32Array; counts: Float64Array } {
  const indexes = bucketIndexes(spans, counts.length);
  const joined = new Int32Array(indexes.length);
  const sums = new Float64Array(indexes.length);
  let length = 0;
  for (let i = 0; i < indexes.length; i++) {
    // Upper bounds are inclusive: bucket i lies in bucket ceil(i / factor) of the coarser schema.
    const target = Math.floor(((indexes[i] as number) - 1) / factor) + 1;
    if (length === 0 || joined[length - 1] !== target) joined[length++] = target;
    sums[length - 1] = (sums[length - 1] as number) + (counts[i] as number);
  }
  return { indexes: joined.slice(0, length), counts: sums.slice(0, length) };
}
