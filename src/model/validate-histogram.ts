/**
 * Checks of histograms that come in from outside; the texts are upstream's. Source: model/histogram,
 * Validate.
 */
import { formatFloatShortest, formatGoFixed } from '../base/index.js';
import { formatCount } from './format-histogram.js';
import { customBucketsSchema, type Histogram, type Span } from './histogram.js';

const minSchema = -4;
const maxSchema = 8;

const texts = {
  countTooSmall:
    "histogram's observation count should be at least the number of observations found in the buckets",
  countMismatch:
    "histogram's observation count should equal the number of observations found in the buckets (in absence of NaN)",
  negativeCount: "histogram's observation count is negative",
  negativeBucket: 'histogram has a bucket whose observation count is negative',
  negativeOffset: 'histogram has a span whose offset is negative',
  spansMismatch: 'histogram spans specify different number of buckets than provided',
  boundsTooFew: 'histogram custom bounds are too few',
  boundsNotRising: 'histogram custom bounds must be in strictly increasing order',
  boundInfinite: 'histogram custom bounds must be finite',
  boundNaN: 'histogram custom bounds must not be NaN',
  customZeroCount: 'custom buckets: must have zero count of 0',
  customZeroThreshold: 'custom buckets: must have zero threshold of 0',
  customNegativeSpans: 'custom buckets: must not have negative spans',
  customNegativeBuckets: 'custom buckets: must not have negative buckets',
  exponentialBounds: 'histogram with exponential schema must not have custom bounds',
} as const;

/** Upstream's text for the first thing wrong, or undefined. */
export function validateHistogram(histogram: Histogram): string | undefined {
  const { integer, schema, count } = histogram;
  const shapeProblem = schema === customBucketsSchema ? checkCustom(histogram) : checkExponential(histogram);
  if (shapeProblem !== undefined) return shapeProblem;
  if (!integer && count < 0)
    return `observation count is  ${formatFloatShortest(count)}: ${texts.negativeCount}`;
  const problem = checkCounts(histogram, histogram.positiveBuckets);
  if (problem !== undefined) return `positive side: ${problem}`;
  return integer ? checkTotal(histogram) : undefined;
}

function checkTotal(histogram: Histogram): string | undefined {
  const { count, zeroCount, positiveBuckets, negativeBuckets } = histogram;
  const found = total(negativeBuckets) + total(positiveBuckets) + zeroCount;
  const isSumNaN = histogram.stale || Number.isNaN(histogram.sum);
  if (isSumNaN ? found <= count : found === count) return undefined;
  const text = isSumNaN ? texts.countTooSmall : texts.countMismatch;
  return `${found} observations found in buckets, but the Count field is ${count}: ${text}`;
}

function total(buckets: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < buckets.length; i++) sum += buckets[i] as number;
  return sum;
}

function checkExponential(histogram: Histogram): string | undefined {
  const { integer, schema, zeroCount } = histogram;
  if (!(schema >= minSchema && schema <= maxSchema)) {
    const allowed = `must be between ${minSchema} and ${maxSchema} for exponential buckets`;
    const custom = `or ${customBucketsSchema} for custom buckets`;
    return `histogram has an invalid schema, which ${allowed}, ${custom}, got schema ${schema}`;
  }
  const positive = spansProblem(histogram.positiveSpans, histogram.positiveBuckets.length);
  if (positive !== undefined) return `positive side: ${positive}`;
  const negative =
    spansProblem(histogram.negativeSpans, histogram.negativeBuckets.length) ??
    checkCounts(histogram, histogram.negativeBuckets);
  if (negative !== undefined) return `negative side: ${negative}`;
  if (!integer && zeroCount < 0) {
    return `zero bucket has observation count of ${formatFloatShortest(zeroCount)}: ${texts.negativeBucket}`;
  }
  return histogram.customValues === undefined ? undefined : texts.exponentialBounds;
}

function checkCustom(histogram: Histogram): string | undefined {
  const problem =
    checkBounds(histogram.customValues ?? new Float64Array(0)) ??
    spansProblem(histogram.positiveSpans, histogram.positiveBuckets.length, 0) ??
    checkReach(histogram);
  if (problem !== undefined) return `custom buckets: ${problem}`;
  if (histogram.zeroCount !== 0) return texts.customZeroCount;
  if (histogram.zeroThreshold !== 0) return texts.customZeroThreshold;
  if (histogram.negativeSpans.length > 0) return texts.customNegativeSpans;
  return histogram.negativeBuckets.length > 0 ? texts.customNegativeBuckets : undefined;
}

/** What is wrong with the spans of so many buckets. Spans before `firstChecked` may begin below zero. */
export function spansProblem(
  spans: readonly Span[],
  bucketCount: number,
  firstChecked = 1,
): string | undefined {
  let wanted = 0;
  for (const [i, { offset, length }] of spans.entries()) {
    if (i >= firstChecked && offset < 0) {
      return `span number ${i + 1} with offset ${offset}: ${texts.negativeOffset}`;
    }
    wanted += length;
  }
  if (wanted === bucketCount) return undefined;
  return `spans need ${wanted} buckets, have ${bucketCount} buckets: ${texts.spansMismatch}`;
}

function checkCounts(histogram: Histogram, buckets: Float64Array): string | undefined {
  const i = buckets.findIndex((count) => count < 0);
  if (i < 0) return undefined;
  const count = buckets[i] as number;
  const printed = formatCount(histogram, count);
  return `bucket number ${i + 1} has observation count of ${printed}: ${texts.negativeBucket}`;
}

function checkBounds(bounds: Float64Array): string | undefined {
  let previous = Number.NEGATIVE_INFINITY;
  for (const [i, bound] of bounds.entries()) {
    if (Number.isNaN(bound)) return texts.boundNaN;
    if (i > 0 && bound <= previous) {
      const found = `previous bound is ${formatGoFixed(previous, 6)} and current is ${formatGoFixed(bound, 6)}`;
      return `${found}: ${texts.boundsNotRising}`;
    }
    previous = bound;
  }
  if (previous !== Number.POSITIVE_INFINITY) return undefined;
  return `last +Inf bound must not be explicitly defined: ${texts.boundInfinite}`;
}

function checkReach({ customValues, positiveSpans }: Histogram): string | undefined {
  const boundCount = customValues?.length ?? 0;
  const reach = positiveSpans.reduce((sum, { offset, length }) => sum + offset + length, 0);
  if (reach <= boundCount + 1) return undefined;
  const found = `only ${boundCount} custom bounds defined`;
  return `${found} which is insufficient to cover total span length of ${reach}: ${texts.boundsTooFew}`;
}
