/** How closely answers are compared. Source: util/almost/almost.go, promqltest's defaultEpsilon. */
import { bucketIndexes, compactHistogram, equalBounds, type Histogram, type Span } from '../model/index.js';

const epsilon = 1e-6;
const minNormal = 2 ** -1022;

/** Two numbers differ by less than a millionth of their sum, or are both NaN. */
export function almostEqual(a: number, b: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true;
  if (a === b) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < minNormal) return difference < epsilon * minNormal;
  return difference / Math.min(sum, Number.MAX_VALUE) < epsilon;
}

/** The same buckets, with counts and sums that are almost equal; hints count where `withHint` says so. */
export function almostEqualHistograms(a: Histogram, b: Histogram, withHint: boolean): boolean {
  const [x, y] = [compactHistogram(a, 0), compactHistogram(b, 0)];
  return (
    x.schema === y.schema &&
    almostEqual(x.count, y.count) &&
    almostEqual(x.sum, y.sum) &&
    equalBounds(x.customValues, y.customValues) &&
    x.zeroThreshold === y.zeroThreshold &&
    almostEqual(x.zeroCount, y.zeroCount) &&
    almostEqualBuckets(x.negativeSpans, x.negativeBuckets, y.negativeSpans, y.negativeBuckets) &&
    almostEqualBuckets(x.positiveSpans, x.positiveBuckets, y.positiveSpans, y.positiveBuckets) &&
    (!withHint || x.counterResetHint === y.counterResetHint)
  );
}

function almostEqualBuckets(
  aSpans: readonly Span[],
  aCounts: Float64Array,
  bSpans: readonly Span[],
  bCounts: Float64Array,
): boolean {
  if (aCounts.length !== bCounts.length) return false;
  const [a, b] = [bucketIndexes(aSpans), bucketIndexes(bSpans)];
  return (
    a.length === b.length &&
    a.every((index, i) => index === b[i]) &&
    aCounts.every((count, i) => almostEqual(count, bCounts[i] as number))
  );
}
