import {
  type CounterResetHint,
  customBucketsSchema,
  type Histogram,
  type Span,
} from '../../../src/model/index.js';
import { HistogramSum } from '../../../src/promql/histograms/index.js';
import { parseNumber } from './series-notation.js';

const hints: Readonly<Record<string, CounterResetHint>> = {
  unknown: 'unknown',
  reset: 'reset',
  not_reset: 'not-reset',
  gauge: 'gauge',
};

/** `{{schema:0 sum:5 count:4 buckets:[1 2 1] offset:0 …}}`. */
export function parseHistogram(text: string): Histogram {
  const fields = new Map<string, string>();
  for (const [, name, value] of text.matchAll(/([a-z_]+):(\[[^\]]*\]|[^\s}]+)/g)) {
    fields.set(name as string, value as string);
  }
  const number = (name: string) => parseNumber(fields.get(name) ?? '0');
  const list = (name: string) => {
    const inner = (fields.get(name) ?? '[]').slice(1, -1).trim();
    return Float64Array.from(inner === '' ? [] : inner.split(/\s+/), parseNumber);
  };
  const positiveBuckets = list('buckets');
  const negativeBuckets = list('n_buckets');
  const schema = number('schema');
  return {
    integer: false,
    counterResetHint: hints[fields.get('counter_reset_hint') ?? 'unknown'] ?? 'unknown',
    schema,
    zeroThreshold: number('z_bucket_w'),
    zeroCount: number('z_bucket'),
    count: number('count'),
    sum: number('sum'),
    stale: false,
    positiveSpans: spansOf(number('offset'), positiveBuckets),
    negativeSpans: spansOf(number('n_offset'), negativeBuckets),
    positiveBuckets,
    negativeBuckets,
    customValues: schema === customBucketsSchema ? list('custom_values') : undefined,
  };
}

function spansOf(offset: number, buckets: Float64Array): Span[] {
  return buckets.length === 0 ? [] : [{ offset, length: buckets.length }];
}

/** Bucket counts by index, empty buckets left out. */
export function bucketMap(spans: readonly Span[], buckets: Float64Array): Map<number, number> {
  const map = new Map<number, number>();
  let index = 0;
  let at = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let i = 0; i < length; i++) {
      const count = buckets[at++] as number;
      if (count !== 0) map.set(index, count);
      index++;
    }
  }
  return map;
}

export function addHistograms(a: Histogram, b: Histogram): Histogram {
  const sum = HistogramSum.of(a);
  sum.add(b);
  return { ...sum.histogram(), counterResetHint: a.counterResetHint };
}
export function scaleHistogram(histogram: Histogram, factor: number): Histogram {
  return {
    ...histogram,
    zeroCount: histogram.zeroCount * factor,
    count: histogram.count * factor,
    sum: histogram.sum * factor,
    positiveBuckets: histogram.positiveBuckets.map((count) => count * factor),
    negativeBuckets: histogram.negativeBuckets.map((count) => count * factor),
  };
}
