import { equalBounds } from './equal-histograms.js';
import { customBucketsSchema, type Histogram, type Span } from './histogram.js';
import { exponentialBound } from './histogram-bounds.js';
import { bucketIndexes } from './histogram-buckets.js';

/** Whether a counter was reset between two of its histograms. Source: model/histogram (DetectReset). */
export function detectReset(current: Histogram, previous: Histogram): boolean {
  const { counterResetHint, zeroThreshold, schema } = current;
  if (counterResetHint === 'reset') return true;
  if (counterResetHint === 'not-reset') return false;
  if (current.count < previous.count) return true;
  if (schema === customBucketsSchema) {
    if (previous.schema !== customBucketsSchema) return true;
    if (!equalBounds(current.customValues, previous.customValues)) return hasFallenCustom(current, previous);
  }
  if (schema > previous.schema || zeroThreshold < previous.zeroThreshold) return true;
  const zero = zeroCountUpTo(previous, zeroThreshold);
  if (zero === undefined || current.zeroCount < zero) return true;
  return hasFallen(current, previous, 'positive') || hasFallen(current, previous, 'negative');
}

/** What a wider zero bucket would count; undefined where it would end within a filled bucket. */
function zeroCountUpTo(histogram: Histogram, threshold: number): number | undefined {
  const { zeroThreshold, zeroCount, schema } = histogram;
  if (threshold === zeroThreshold) return zeroCount;
  let count = zeroCount;
  for (const side of ['positive', 'negative'] as const) {
    const { spans, buckets } = sideOf(histogram, side);
    const indexes = bucketIndexes(spans, buckets.length);
    for (let i = 0; i < indexes.length; i++) {
      const index = indexes[i] as number;
      if (exponentialBound(index - 1, schema) >= threshold) break;
      count += buckets[i] as number;
      if (exponentialBound(index, schema) <= threshold) continue;
      if (buckets[i] !== 0) return undefined;
      break;
    }
  }
  return count;
}

type SideName = 'positive' | 'negative';

function sideOf(histogram: Histogram, side: SideName): { spans: readonly Span[]; buckets: Float64Array } {
  return side === 'positive'
    ? { spans: histogram.positiveSpans, buckets: histogram.positiveBuckets }
    : { spans: histogram.negativeSpans, buckets: histogram.negativeBuckets };
}

/** Whether any bucket of `previous`, in the resolution of `current`, counts less now. */
function hasFallen(current: Histogram, previous: Histogram, side: SideName): boolean {
  const now = sideOf(current, side);
  const before = sideOf(previous, side);
  if (before.buckets.length === 0) return false;
  const { schema, zeroThreshold } = current;
  const isExponential = schema !== customBucketsSchema;
  const factor = isExponential ? 2 ** (previous.schema - schema) : 1;
  const indexes = bucketIndexes(now.spans, now.buckets.length);
  const others = bucketIndexes(before.spans, before.buckets.length);
  let at = 0;
  for (let i = 0; i < others.length; ) {
    const index = Math.floor(((others[i] as number) - 1) / factor) + 1;
    let count = 0;
    for (; i < others.length && Math.floor(((others[i] as number) - 1) / factor) + 1 === index; i++)
      count += before.buckets[i] as number;
    if (isExponential && zeroThreshold > 0 && exponentialBound(index, schema) <= zeroThreshold) continue;
    while (at < indexes.length && (indexes[at] as number) < index) at++;
    if (indexes[at] !== index) {
      if (count !== 0) return true;
    } else if ((now.buckets[at] as number) < count) return true;
  }
  return false;
}

/** Compares between bounds that both have. */
function hasFallenCustom(current: Histogram, previous: Histogram): boolean {
  const others = new Set(previous.customValues);
  const common = [...(current.customValues ?? [])].filter((bound) => others.has(bound));
  const now = countsBetween(current, common);
  const before = countsBetween(previous, common);
  return now.some((count, i) => count < (before[i] as number));
}

/** One more than there are bounds. */
function countsBetween(histogram: Histogram, bounds: readonly number[]): number[] {
  const { positiveSpans, positiveBuckets, customValues } = histogram;
  const counts = new Array<number>(bounds.length + 1).fill(0);
  const indexes = bucketIndexes(positiveSpans, positiveBuckets.length);
  let at = 0;
  for (let i = 0; i < indexes.length; i++) {
    const bound = customValues?.[indexes[i] as number] ?? Number.POSITIVE_INFINITY;
    while (at < bounds.length && (bounds[at] as number) < bound) at++;
    counts[at] = (counts[at] as number) + (positiveBuckets[i] as number);
  }
  return counts;
}
