import { goExp2, goLog2 } from '../../base/index.js';
import { customBucketsSchema, type Histogram } from '../../model/index.js';
import { allBuckets, fractionBelow, oneSided, type ValueBucket } from './all-buckets.js';

/** What a figure says of observations that were not numbers. */
export type NaNRemark = 'result' | 'skew' | undefined;

export interface HistogramFigure {
  readonly value: number;
  readonly remark: NaNRemark;
}

const plain = (value: number): HistogramFigure => ({ value, remark: undefined });

/** Source: promql/quantile.go (HistogramQuantile). */
export function histogramQuantile(q: number, histogram: Histogram): HistogramFigure {
  if (q < 0) return plain(Number.NEGATIVE_INFINITY);
  if (q > 1) return plain(Number.POSITIVE_INFINITY);
  const total = histogram.count;
  if (total === 0 || Number.isNaN(q)) return plain(Number.NaN);
  const isCustom = histogram.schema === customBucketsSchema;
  const hasNaN = Number.isNaN(histogram.sum);
  const isForward = hasNaN || q < 0.5;
  const buckets = allBuckets(histogram);
  if (!isForward) buckets.reverse();
  let rank = isForward ? q * total : (1 - q) * total;
  let count = 0;
  let bucket: ValueBucket = { lower: 0, upper: 0, count: 0 };
  let next = 0;
  while (next < buckets.length) {
    bucket = buckets[next++] as ValueBucket;
    if (bucket.count === 0) continue;
    count += bucket.count;
    if (count >= rank) break;
  }
  if (!isCustom && bucket.lower < 0 && bucket.upper > 0) bucket = oneSided(bucket, histogram);
  else if (isCustom) {
    if (bucket.lower === Number.NEGATIVE_INFINITY) {
      if (bucket.upper <= 0) return plain(bucket.upper);
      bucket = { ...bucket, lower: 0 };
    } else if (bucket.upper === Number.POSITIVE_INFINITY) return plain(bucket.lower);
  }
  count = Math.min(count, total);
  if (count < rank) return hasNaN ? { value: Number.NaN, remark: 'result' } : plain(bucket.upper);
  rank = isForward ? rank - (count - bucket.count) : count - rank;
  let remark: NaNRemark;
  const fraction = rank / (hasNaN ? lastOf(buckets, next, bucket) : bucket).count;
  if (hasNaN) {
    for (const { count: more } of buckets.slice(next)) count += more;
    if (count < total) remark = 'skew';
  }
  const { lower, upper } = hasNaN ? lastOf(buckets, next, bucket) : bucket;
  if (isCustom || (lower <= 0 && upper >= 0)) return { value: lower + (upper - lower) * fraction, remark };
  const logLower = goLog2(Math.abs(lower));
  const logUpper = goLog2(Math.abs(upper));
  const value =
    lower > 0
      ? goExp2(logLower + (logUpper - logLower) * fraction)
      : -goExp2(logUpper + (logLower - logUpper) * (1 - fraction));
  return { value, remark };
}

/** Where observations may be no numbers, upstream looks on to the last bucket and goes on with that one. */
function lastOf(buckets: readonly ValueBucket[], next: number, bucket: ValueBucket): ValueBucket {
  return next < buckets.length ? (buckets.at(-1) as ValueBucket) : bucket;
}

/** The share of observations between two values. Source: promql/quantile.go (HistogramFraction). */
export function histogramFraction(lower: number, upper: number, histogram: Histogram): HistogramFigure {
  const total = histogram.count;
  if (total === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return plain(Number.NaN);
  if (lower >= upper) return plain(0);
  const isCustom = histogram.schema === customBucketsSchema;
  const buckets = allBuckets(histogram);
  let count = 0;
  let rank = 0;
  let lowerRank: number | undefined;
  let upperRank: number | undefined;
  let next = 0;
  while (next < buckets.length) {
    const each = buckets[next++] as ValueBucket;
    count += each.count;
    const isZero = each.lower <= 0 && each.upper >= 0;
    const bucket = isZero ? oneSided(each, histogram) : each;
    const rankAt = (value: number): number => {
      const isLinear = isCustom || isZero;
      // An endless bucket tells nothing of where its observations lie.
      if (isLinear && bucket.lower === Number.NEGATIVE_INFINITY) return bucket.count;
      return rank + bucket.count * fractionBelow(bucket, value, isLinear);
    };
    if (lowerRank === undefined && bucket.lower >= lower) lowerRank = rank;
    if (upperRank === undefined && bucket.lower >= upper) upperRank = rank;
    if (lowerRank !== undefined && upperRank !== undefined) break;
    if (lowerRank === undefined && bucket.lower < lower && bucket.upper > lower) lowerRank = rankAt(lower);
    if (upperRank === undefined && bucket.lower < upper && bucket.upper > upper) upperRank = rankAt(upper);
    if (lowerRank !== undefined && upperRank !== undefined) break;
    rank += bucket.count;
  }
  let remark: NaNRemark;
  if (Number.isNaN(histogram.sum)) {
    for (const { count: more } of buckets.slice(next)) count += more;
    if (count < total) remark = 'skew';
  } else count = total;
  const from = lowerRank === undefined || lowerRank > count ? count : lowerRank;
  const to = upperRank === undefined || upperRank > count ? count : upperRank;
  return { value: (to - from) / total, remark };
}
