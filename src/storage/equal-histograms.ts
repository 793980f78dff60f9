import { customBucketsSchema, type Histogram, type Span } from '../model/index.js';

/**
 * Whether two histograms are the same sample. The counter reset hint does not count, and spans of length 0 are only
 * gaps. Source: model/histogram, Equals.
 */
export function histogramsEqual(a: Histogram, b: Histogram): boolean {
  return (
    a.integer === b.integer &&
    a.stale === b.stale &&
    a.schema === b.schema &&
    Object.is(a.count, b.count) &&
    Object.is(a.sum, b.sum) &&
    a.zeroThreshold === b.zeroThreshold &&
    Object.is(a.zeroCount, b.zeroCount) &&
    (a.schema !== customBucketsSchema || sameNumbers(a.customValues, b.customValues)) &&
    sameNumbers(a.positiveBuckets, b.positiveBuckets) &&
    sameNumbers(a.negativeBuckets, b.negativeBuckets) &&
    sameBucketPlaces(a.positiveSpans, b.positiveSpans) &&
    sameBucketPlaces(a.negativeSpans, b.negativeSpans)
  );
}

const noNumbers = new Float64Array(0);

function sameNumbers(a: Float64Array = noNumbers, b: Float64Array = noNumbers): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (!Object.is(a[i], b[i])) return false;
  return true;
}

/** Compares spans with gaps of empty spans joined and adjacent ones kept apart, as upstream's spansMatch. */
function sameBucketPlaces(a: readonly Span[], b: readonly Span[]): boolean {
  if (a === b) return true;
  const x = withoutEmptySpans(a);
  const y = withoutEmptySpans(b);
  if (x.length !== y.length) return false;
  return x.every(({ offset, length }, i) => offset === y[i]?.offset && length === y[i]?.length);
}

function withoutEmptySpans(spans: readonly Span[]): readonly Span[] {
  if (spans.every((span) => span.length > 0)) return spans;
  const joined: Span[] = [];
  let gap = 0;
  for (const { offset, length } of spans) {
    gap += offset;
    if (length === 0) continue;
    joined.push({ offset: gap, length });
    gap = 0;
  }
  return joined;
}
