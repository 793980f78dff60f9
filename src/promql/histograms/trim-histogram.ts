import { compactHistogram, customBucketsSchema, type Histogram, sideBuckets } from '../../model/index.js';
import { fractionBelow, type ValueBucket } from './all-buckets.js';

/** Which observations stay: those below the value, or those above it. */
export type TrimSide = 'below' | 'above';

interface Kept {
  readonly count: number;
  readonly middle: number;
}

/**
 * Without the observations on the other side of `value`; where it lies within a bucket the bucket's are shared out. Count
 * and sum are estimated anew where anything went. Source: model/histogram/float_histogram.go (TrimBuckets).
 */
export function trimHistogram(histogram: Histogram, value: number, keeps: TrimSide): Histogram {
  const isCustom = histogram.schema === customBucketsSchema;
  let count = 0;
  let sum = 0;
  let isTrimmed = false;
  const filled = { positive: false, negative: false };
  const sides = { positive: histogram.positiveBuckets.slice(), negative: histogram.negativeBuckets.slice() };
  for (const side of ['positive', 'negative'] as const) {
    const isPositive = side === 'positive';
    for (const [i, bucket] of sideBuckets(histogram, side).entries()) {
      if (bucket.count === 0) continue;
      filled[side] = true;
      const kept = keptOf(bucket, { value, keeps, isPositive, isCustom });
      if (kept === undefined) {
        sides[side][i] = 0;
        isTrimmed = true;
        continue;
      }
      count += kept.count;
      sum += kept.middle * kept.count;
      if (kept.count === bucket.count) continue;
      sides[side][i] = kept.count;
      isTrimmed = true;
    }
  }
  let { zeroCount } = histogram;
  if (zeroCount > 0) {
    const kept = keptOfZero(histogram, { value, keeps, ...filled });
    if (kept.count !== zeroCount) {
      zeroCount = kept.count;
      isTrimmed = true;
    }
    sum += kept.middle * kept.count;
    count += kept.count;
  }
  if (!isTrimmed) return histogram;
  const { positive: positiveBuckets, negative: negativeBuckets } = sides;
  return compactHistogram({ ...histogram, zeroCount, count, sum, positiveBuckets, negativeBuckets }, 0);
}

interface Trim {
  readonly value: number;
  readonly keeps: TrimSide;
  readonly isPositive: boolean;
  readonly isCustom: boolean;
}

/** Undefined where nothing of the bucket is kept. */
function keptOf(bucket: ValueBucket, trim: Trim): Kept | undefined {
  const { lower, upper, count } = bucket;
  const { value, keeps, isPositive, isCustom } = trim;
  const [isWhole, isCut] =
    keeps === 'below' ? [upper <= value, lower < value] : [lower >= value, upper > value];
  if (isWhole) return { count, middle: middleOf(lower, upper, isPositive, isCustom) };
  if (!isCut) return undefined;
  if (lower === Number.NEGATIVE_INFINITY || upper === Number.POSITIVE_INFINITY)
    return keptOfEndless(bucket, trim);
  const below = countBelow(bucket, value, isCustom);
  if (keeps === 'below') return { count: below, middle: middleOf(lower, value, isPositive, isCustom) };
  return { count: count - below, middle: middleOf(value, upper, isPositive, isCustom) };
}

function countBelow(bucket: ValueBucket, value: number, isLinear: boolean): number {
  if (value <= bucket.lower) return 0;
  if (value >= bucket.upper) return bucket.count;
  return bucket.count * fractionBelow(bucket, value, isLinear);
}

const finiteOrZero = (x: number): number => (Number.isFinite(x) || Number.isNaN(x) ? x : 0);

/** Nobody knows where the observations of an endless bucket lie: they go, or stay, as a whole. */
function keptOfEndless({ lower, upper, count }: ValueBucket, { value, keeps }: Trim): Kept {
  if (lower === Number.NEGATIVE_INFINITY) {
    if (keeps === 'below') {
      if (value >= upper) return { count, middle: 0 };
      if (value > 0 && upper > 0 && upper !== Number.POSITIVE_INFINITY)
        return { count: (count * value) / upper, middle: value / 2 };
      return upper <= 0 ? { count, middle: value } : { count: 0, middle: finiteOrZero(upper) };
    }
    if (value <= lower) return { count, middle: 0 };
    if (value >= 0 && upper > value && upper !== Number.POSITIVE_INFINITY)
      return { count: count * (1 - value / upper), middle: (value + upper) / 2 };
    return { count: 0, middle: finiteOrZero(upper) };
  }
  if (keeps === 'above' && value >= lower) return { count, middle: value };
  return { count: 0, middle: finiteOrZero(lower) };
}

function keptOfZero(
  { zeroThreshold, zeroCount }: Histogram,
  trim: { value: number; keeps: TrimSide; positive: boolean; negative: boolean },
): Kept {
  const { value, keeps, positive, negative } = trim;
  const lower = positive && !negative ? 0 : -zeroThreshold;
  const upper = negative && !positive ? 0 : zeroThreshold;
  const whole = { count: zeroCount, middle: (lower + upper) / 2 };
  const none = { count: 0, middle: 0 };
  if (value <= lower) return keeps === 'below' ? none : whole;
  if (value >= upper) return keeps === 'below' ? whole : none;
  const share = keeps === 'below' ? (value - lower) / (upper - lower) : (upper - value) / (upper - lower);
  return { count: zeroCount * share, middle: keeps === 'below' ? (lower + value) / 2 : (value + upper) / 2 };
}

function middleOf(lower: number, upper: number, isPositive: boolean, isLinear: boolean): number {
  if (Math.abs(lower) === Number.POSITIVE_INFINITY) {
    if (Math.abs(upper) === Number.POSITIVE_INFINITY) return 0;
    return upper > 0 ? upper / 2 : upper;
  }
  if (Math.abs(upper) === Number.POSITIVE_INFINITY) return lower;
  if (isLinear) return (lower + upper) / 2;
  const middle = Math.sqrt(Math.abs(lower * upper));
  return isPositive ? middle : -middle;
}
