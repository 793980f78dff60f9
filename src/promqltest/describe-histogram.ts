import { formatFloatShortest } from '../base/index.js';
import {
  bucketIndexes,
  type CounterResetHint,
  compactHistogram,
  customBucketsSchema,
  type Histogram,
  type Span,
} from '../model/index.js';

const hintTexts: Readonly<Record<CounterResetHint, string | undefined>> = {
  unknown: undefined,
  reset: 'reset',
  'not-reset': 'not_reset',
  gauge: 'gauge',
};

/** `{{schema:1 count:3 sum:4 buckets:[1 2]}}`, as scripts write them. Source: FloatHistogram.TestExpression. */
export function describeHistogram(histogram: Histogram): string {
  const compact = compactHistogram(histogram, 0);
  const { schema, count, sum, zeroCount, zeroThreshold, customValues, counterResetHint } = compact;
  const parts: string[] = [];
  const number = (key: string, value: number): void => {
    if (value !== 0) parts.push(`${key}:${formatFloatShortest(value)}`);
  };
  number('schema', schema);
  number('count', count);
  number('sum', sum);
  number('z_bucket', zeroCount);
  number('z_bucket_w', zeroThreshold);
  if (schema === customBucketsSchema) parts.push(`custom_values:${list(customValues ?? [])}`);
  const hint = hintTexts[counterResetHint];
  if (hint !== undefined) parts.push(`counter_reset_hint:${hint}`);
  parts.push(...side(compact.positiveSpans, compact.positiveBuckets, ['offset', 'buckets']));
  parts.push(...side(compact.negativeSpans, compact.negativeBuckets, ['n_offset', 'n_buckets']));
  return `{{${parts.join(' ')}}}`;
}

/** All in one span, gaps filled with zeros. */
function side(
  spans: readonly Span[],
  counts: Float64Array,
  [offsetKey, bucketsKey]: readonly [string, string],
): string[] {
  const indexes = bucketIndexes(spans);
  const [first] = indexes;
  const last = indexes.at(-1);
  if (first === undefined || last === undefined) return [];
  const filled = new Float64Array(last - first + 1);
  for (const [i, index] of indexes.entries()) filled[index - first] = counts[i] as number;
  return [...(first === 0 ? [] : [`${offsetKey}:${first}`]), `${bucketsKey}:${list(filled)}`];
}

function list(values: Iterable<number>): string {
  return `[${Array.from(values, formatFloatShortest).join(' ')}]`;
}
