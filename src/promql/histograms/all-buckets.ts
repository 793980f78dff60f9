import { goLog2 } from '../../base/index.js';
import { customBucketsSchema, type Histogram, sideBuckets } from '../../model/index.js';

export interface ValueBucket {
  readonly lower: number;
  readonly upper: number;
  readonly count: number;
}

/** From the lowest to the highest; the zero bucket is there where it counts something, and cuts its neighbours off. */
export function allBuckets(histogram: Histogram): ValueBucket[] {
  const { zeroThreshold, zeroCount, schema } = histogram;
  const cut = ({ lower, upper, count }: ValueBucket): ValueBucket => {
    if (upper < 0 && upper > -zeroThreshold) return { lower, upper: -zeroThreshold, count };
    if (lower > 0 && lower < zeroThreshold) return { lower: zeroThreshold, upper, count };
    return { lower, upper, count };
  };
  const buckets: ValueBucket[] = sideBuckets(histogram, 'negative').reverse().map(cut);
  if (zeroCount > 0 && schema !== customBucketsSchema)
    buckets.push({ lower: -zeroThreshold, upper: zeroThreshold, count: zeroCount });
  for (const bucket of sideBuckets(histogram, 'positive')) buckets.push(cut(bucket));
  return buckets;
}

/** The bucket around zero reaches to one side alone where the histogram has no buckets on the other. */
export function oneSided(bucket: ValueBucket, { negativeBuckets, positiveBuckets }: Histogram): ValueBucket {
  if (negativeBuckets.length === 0 && positiveBuckets.length > 0) return { ...bucket, lower: 0 };
  if (positiveBuckets.length === 0 && negativeBuckets.length > 0) return { ...bucket, upper: 0 };
  return bucket;
}

/** The share of a bucket's observations below `value`: linear, or linear in the logarithm. */
export function fractionBelow({ lower, upper }: ValueBucket, value: number, isLinear: boolean): number {
  if (isLinear) return (value - lower) / (upper - lower);
  const logLower = goLog2(Math.abs(lower));
  const logUpper = goLog2(Math.abs(upper));
  const log = goLog2(Math.abs(value));
  if (value > 0) return (log - logLower) / (logUpper - logLower);
  return 1 - (log - logUpper) / (logLower - logUpper);
}
