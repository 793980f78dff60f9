import { customBucketsSchema, type Histogram, type Span } from './histogram.js';
import { bucketBound } from './histogram-bounds.js';

export interface HistogramBucket {
  readonly index: number;
  readonly lower: number;
  readonly upper: number;
  readonly lowerInclusive: boolean;
  readonly upperInclusive: boolean;
  readonly count: number;
}

export function bucketCount(spans: readonly Span[]): number {
  let count = 0;
  for (const { length } of spans) count += length;
  return count;
}

/** Bucket indexes in the order of the counts. Stops where spans ask for more buckets than `count`. */
export function bucketIndexes(spans: readonly Span[], count = bucketCount(spans)): Int32Array {
  const indexes = new Int32Array(count);
  let at = 0;
  let index = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let i = 0; i < length && at < count; i++) indexes[at++] = index++;
  }
  return indexes.subarray(0, at);
}

/** The fewest spans that have these buckets. */
export function spansOf(indexes: Int32Array): Span[] {
  const spans: { offset: number; length: number }[] = [];
  let next = 0;
  for (let i = 0; i < indexes.length; i++) {
    const index = indexes[i] as number;
    const last = spans[spans.length - 1];
    if (last !== undefined && index === next) last.length++;
    else spans.push({ offset: index - next, length: 1 });
    next = index + 1;
  }
  return spans;
}

/** Buckets of one side, from zero outwards; empty ones that are stored are among them. */
export function sideBuckets(histogram: Histogram, side: 'positive' | 'negative'): HistogramBucket[] {
  const { schema, customValues } = histogram;
  const isPositive = side === 'positive';
  const counts = isPositive ? histogram.positiveBuckets : histogram.negativeBuckets;
  const spans = isPositive ? histogram.positiveSpans : histogram.negativeSpans;
  const isCustom = schema === customBucketsSchema;
  return Array.from(bucketIndexes(spans, counts.length), (index, i) => {
    const outer = bucketBound(index, schema, customValues);
    const inner = bucketBound(index - 1, schema, customValues);
    const lower = isPositive ? inner : -outer;
    const upper = isPositive ? outer : -inner;
    return {
      index,
      lower,
      upper,
      lowerInclusive: isCustom ? index === 0 : lower < 0,
      upperInclusive: isCustom || upper > 0,
      count: counts[i] as number,
    };
  });
}

/** The bucket around zero; histograms with custom bounds have none. */
export function zeroBucket(histogram: Histogram): HistogramBucket {
  return {
    index: 0,
    lower: -histogram.zeroThreshold,
    upper: histogram.zeroThreshold,
    lowerInclusive: true,
    upperInclusive: true,
    count: histogram.zeroCount,
  };
}
