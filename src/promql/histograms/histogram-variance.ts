import { customBucketsSchema, type Histogram } from '../../model/index.js';
import { allBuckets } from './all-buckets.js';
import { CompensatedSum } from './compensated.js';

/** Source: promql/functions.go (histogramVariance). */
export function histogramVariance(histogram: Histogram): number {
  const mean = histogram.sum / histogram.count;
  const variance = new CompensatedSum(0);
  for (const { lower, upper, count } of allBuckets(histogram)) {
    if (count === 0) continue;
    const delta = middleOf(lower, upper, histogram.schema === customBucketsSchema) - mean;
    variance.add(count * delta * delta);
  }
  return (variance.value + variance.lost) / histogram.count;
}

function middleOf(lower: number, upper: number, isCustom: boolean): number {
  if (isCustom) return (upper + lower) / 2;
  if (lower <= 0 && upper >= 0) return 0;
  return upper < 0 ? -Math.sqrt(upper * lower) : Math.sqrt(upper * lower);
}
