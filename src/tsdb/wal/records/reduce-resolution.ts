import type { Histogram, Span } from '../../../model/index.js';

interface Side {
  readonly spans: readonly Span[];
  readonly buckets: Float64Array;
}

/**
 * The histogram with neighbouring buckets merged until it has schema `targetSchema`, or what is wrong with it.
 * Source: model/histogram/generic.go (reduceResolution).
 */
export function reduceResolution(histogram: Histogram, targetSchema: number): Histogram | string {
  const steps = histogram.schema - targetSchema;
  const positive = reduceSide({ spans: histogram.positiveSpans, buckets: histogram.positiveBuckets }, steps);
  if (typeof positive === 'string') return positive;
  const negative = reduceSide({ spans: histogram.negativeSpans, buckets: histogram.negativeBuckets }, steps);
  if (typeof negative === 'string') return negative;
  return {
    ...histogram,
    schema: targetSchema,
    positiveSpans: positive.spans,
    positiveBuckets: positive.buckets,
    negativeSpans: negative.spans,
    negativeBuckets: negative.buckets,
  };
}

/** Upper bounds are inclusive, so bucket i of schema s lies in bucket ceil(i / 2^steps) of the coarser one. */
function targetIndex(index: number, steps: number): number {
  return Math.floor((index - 1) / 2 ** steps) + 1;
}

function reduceSide({ spans, buckets }: Side, steps: number): Side | string {
  const targetSpans: { offset: number; length: number }[] = [];
  const targetBuckets: number[] = [];
  let index = 0;
  let at = 0;
  let lastTarget = 0;
  for (const [i, span] of spans.entries()) {
    if (i > 0 && span.offset < 0) return `span number ${i + 1} with offset ${span.offset}`;
    if (span.length > buckets.length - at) return `have ${buckets.length} buckets but spans need more`;
    index += span.offset;
    for (let j = 0; j < span.length; j++) {
      const target = targetIndex(index, steps);
      const bucket = buckets[at] as number;
      const last = targetSpans.at(-1);
      if (last !== undefined && target === lastTarget) {
        targetBuckets[targetBuckets.length - 1] = (targetBuckets.at(-1) as number) + bucket;
      } else {
        if (last !== undefined && target === lastTarget + 1) last.length++;
        else targetSpans.push({ offset: last === undefined ? target : target - lastTarget - 1, length: 1 });
        targetBuckets.push(bucket);
      }
      lastTarget = target;
      index++;
      at++;
    }
  }
  if (at !== buckets.length) return `spans need ${at} buckets, have ${buckets.length} buckets`;
  return { spans: targetSpans, buckets: Float64Array.from(targetBuckets) };
}
