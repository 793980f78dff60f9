import { type Histogram, type HistogramBucket, sideBuckets, zeroBucket } from '../../model/index.js';
import type { ByteWriter } from './byte-writer.js';

/** `{"count":"…","sum":"…","buckets":[[rule,"lower","upper","count"],…]}`. Source: util/jsonutil/marshal.go. */
export function writeHistogram(out: ByteWriter, histogram: Histogram): void {
  out.text('{"count":"');
  out.float(histogram.count);
  out.text('","sum":"');
  out.float(histogram.sum);
  out.text('"');
  let found = false;
  for (const bucket of allBuckets(histogram)) {
    if (bucket.count === 0) continue;
    out.text(found ? ',[' : ',"buckets":[[');
    found = true;
    out.text(boundaryRule(bucket));
    out.text(',"');
    out.float(bucket.lower);
    out.text('","');
    out.float(bucket.upper);
    out.text('","');
    out.float(bucket.count);
    out.text('"]');
  }
  out.text(found ? ']}' : '}');
}

/** Negative, zero and positive buckets from the lowest up; none reaches into the zero bucket. */
function allBuckets(histogram: Histogram): HistogramBucket[] {
  const { zeroThreshold, zeroCount } = histogram;
  const negative = sideBuckets(histogram, 'negative').reverse();
  const positive = sideBuckets(histogram, 'positive');
  return [
    ...negative.map((bucket) => {
      const isInside = bucket.upper < 0 && bucket.upper > -zeroThreshold;
      return isInside ? { ...bucket, upper: -zeroThreshold } : bucket;
    }),
    ...(zeroCount > 0 ? [zeroBucket(histogram)] : []),
    ...positive.map((bucket) => {
      const isInside = bucket.lower > 0 && bucket.lower < zeroThreshold;
      return isInside ? { ...bucket, lower: zeroThreshold } : bucket;
    }),
  ];
}

/** 0 open left, 1 open right, 2 open on both sides, 3 closed on both. */
function boundaryRule({ lowerInclusive, upperInclusive }: HistogramBucket): string {
  if (lowerInclusive) return upperInclusive ? '3' : '1';
  return upperInclusive ? '0' : '2';
}
