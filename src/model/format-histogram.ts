import { formatFloatShortest } from '../base/index.js';
import type { Histogram } from './histogram.js';
import { type HistogramBucket, sideBuckets, zeroBucket } from './histogram-buckets.js';

/**
 * `{count:12, sum:18.4, [-0.001,0.001]:2, (1,2]:3}`, from the lowest bucket up. Source: model/histogram
 * String().
 */
export function formatHistogram(histogram: Histogram): string {
  const parts = [
    `count:${formatCount(histogram, histogram.count)}`,
    `sum:${formatFloatShortest(histogram.sum)}`,
  ];
  const buckets = sideBuckets(histogram, 'negative').reverse();
  buckets.push(zeroBucket(histogram), ...sideBuckets(histogram, 'positive'));
  for (const bucket of buckets) {
    if (bucket.count !== 0) parts.push(formatBucket(histogram, bucket));
  }
  return `{${parts.join(', ')}}`;
}

/** A count as Go prints it: an integer's digits, or a double's fewest. */
export function formatCount({ integer }: Histogram, count: number): string {
  return integer && Number.isInteger(count) ? BigInt(count).toString() : formatFloatShortest(count);
}

function formatBucket(histogram: Histogram, bucket: HistogramBucket): string {
  const open = bucket.lowerInclusive ? '[' : '(';
  const close = bucket.upperInclusive ? ']' : ')';
  const bounds = `${formatFloatShortest(bucket.lower)},${formatFloatShortest(bucket.upper)}`;
  return `${open}${bounds}${close}:${formatCount(histogram, bucket.count)}`;
}
