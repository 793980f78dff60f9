import {
  type CounterResetHint,
  customBucketsSchema,
  type Histogram,
  type Span,
} from '../../../src/model/index.js';
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

/** The sum of two histograms of one layout; enough for what scripts load. */
export function addHistograms(a: Histogram, b: Histogram): Histogram {
  const side = (spans: 'positiveSpans' | 'negativeSpans', buckets: 'positiveBuckets' | 'negativeBuckets') => {
    const map = bucketMap(a[spans], a[buckets]);
    for (const [index, count] of bucketMap(b[spans], b[buckets]))
      map.set(index, (map.get(index) ?? 0) + count);
    if (map.size === 0) return { spans: [], buckets: new Float64Array(0) };
    const first = Math.min(...map.keys());
    const last = Math.max(...map.keys());
    const dense = Float64Array.from({ length: last - first + 1 }, (_, i) => map.get(first + i) ?? 0);
    return { spans: [{ offset: first, length: dense.length }], buckets: dense };
  };
  const positive = side('positiveSpans', 'positiveBuckets');
  const negative = side('negativeSpans', 'negativeBuckets');
  return {
    ...a,
    zeroCount: a.zeroCount + b.zeroCount,
    count: a.count + b.count,
    sum: a.sum + b.sum,
    positiveSpans: positive.spans,
    positiveBuckets: positive.buckets,
    negativeSpans: negative.spans,
    negativeBuckets: negative.buckets,
  };
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
