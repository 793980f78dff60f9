import { maxIntegerCount } from '../chunkenc/index.js';
import { customBucketsSchema, type Histogram, type Span } from '../model/index.js';

/**
 * Whether a store may take the histogram. Source: model/histogram, Validate and checkHistogram…; a stale marker is
 * an empty histogram there and passes. Whole counts above `maxIntegerCount` are refused, for no chunk takes them.
 */
export function isValidHistogram(histogram: Histogram): boolean {
  const { schema, integer, count, zeroCount } = histogram;
  if (schema === customBucketsSchema) {
    if (!hasValidBounds(histogram)) return false;
  } else if (schema >= -4 && schema <= 8) {
    if (!spansFit(histogram.positiveSpans, histogram.positiveBuckets.length, -1)) return false;
    if (!spansFit(histogram.negativeSpans, histogram.negativeBuckets.length, -1)) return false;
    if (histogram.customValues !== undefined) return false;
    if (!integer && zeroCount < 0) return false;
  } else return false;
  if (integer ? !(count <= maxIntegerCount) : count < 0) return false;
  const positive = bucketSum(histogram.positiveBuckets);
  const negative = bucketSum(histogram.negativeBuckets);
  if (positive === undefined || negative === undefined) return false;
  if (!integer || histogram.stale) return true;
  const observed = positive + negative + zeroCount;
  return Number.isNaN(histogram.sum) ? observed <= count : observed === count;
}

/** The sum, or undefined when a bucket is negative. */
function bucketSum(buckets: Float64Array): number | undefined {
  let sum = 0;
  for (let i = 0; i < buckets.length; i++) {
    const count = buckets[i] as number;
    if (count < 0) return undefined;
    sum += count;
  }
  return sum;
}

/** Only the first span may have a negative offset, down to none at all when `lastBound` says how far spans may reach. */
function spansFit(spans: readonly Span[], bucketCount: number, lastBound: number): boolean {
  let buckets = 0;
  let reach = 0;
  for (let i = 0; i < spans.length; i++) {
    const { offset, length } = spans[i] as Span;
    if (offset < 0 && (i > 0 || lastBound >= 0)) return false;
    buckets += length;
    reach += offset + length;
  }
  return buckets === bucketCount && (lastBound < 0 || reach <= lastBound);
}

function hasValidBounds(histogram: Histogram): boolean {
  const bounds = histogram.customValues ?? new Float64Array(0);
  let previous = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < bounds.length; i++) {
    const bound = bounds[i] as number;
    if (Number.isNaN(bound) || (i > 0 && bound <= previous)) return false;
    previous = bound;
  }
  if (previous === Number.POSITIVE_INFINITY) return false;
  if (!spansFit(histogram.positiveSpans, histogram.positiveBuckets.length, bounds.length + 1)) return false;
  if (histogram.zeroCount !== 0 || histogram.zeroThreshold !== 0) return false;
  return histogram.negativeSpans.length === 0 && histogram.negativeBuckets.length === 0;
}
