import { customBucketsSchema, type Histogram, type Span } from './histogram.js';

/**
 * Whether two histograms are the same sample: counts and sums by their bits, spans by the buckets they
 * name. The counter reset hint does not count. Source: model/histogram, Equals.
 */
export function equalHistograms(a: Histogram, b: Histogram): boolean {
  return (
    a.integer === b.integer &&
    a.stale === b.stale &&
    a.schema === b.schema &&
    Object.is(a.count, b.count) &&
    Object.is(a.sum, b.sum) &&
    a.zeroThreshold === b.zeroThreshold &&
    Object.is(a.zeroCount, b.zeroCount) &&
    (a.schema !== customBucketsSchema || equalBounds(a.customValues, b.customValues)) &&
    equalCounts(a.positiveBuckets, b.positiveBuckets) &&
    equalCounts(a.negativeBuckets, b.negativeBuckets) &&
    equalSpans(a.positiveSpans, b.positiveSpans) &&
    equalSpans(a.negativeSpans, b.negativeSpans)
  );
}

/** Custom bounds are the same when none differs; none at all is the same as an empty list. */
export function equalBounds(a: Float64Array | undefined, b: Float64Array | undefined): boolean {
  const count = a?.length ?? 0;
  if (count !== (b?.length ?? 0)) return false;
  for (let i = 0; i < count; i++) if (a?.[i] !== b?.[i]) return false;
  return true;
}

function equalCounts(a: Float64Array, b: Float64Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

/** Spans of length 0 only widen the gap to the next one; behind the last they say nothing. */
function equalSpans(a: readonly Span[], b: readonly Span[]): boolean {
  if (a === b) return true;
  const x = withoutEmptySpans(a);
  const y = withoutEmptySpans(b);
  return (
    x.length === y.length &&
    x.every(({ offset, length }, i) => offset === y[i]?.offset && length === y[i]?.length)
  );
}

function withoutEmptySpans(spans: readonly Span[]): readonly Span[] {
  if (spans.every(({ length }) => length > 0)) return spans;
  const filled: Span[] = [];
  let gap = 0;
  for (const { offset, length } of spans) {
    gap += offset;
    if (length === 0) continue;
    filled.push({ offset: gap, length });
    gap = 0;
  }
  return filled;
}
