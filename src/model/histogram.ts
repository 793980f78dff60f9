/** Native histograms. Source: model/histogram. Spans and buckets of one side run in rising bucket index. */

export type CounterResetHint = 'unknown' | 'reset' | 'not-reset' | 'gauge';

/**
 * `offset` is the gap to the previous span's end (to bucket 0 for the first); `length` the buckets in the
 * span.
 */
export interface Span {
  readonly offset: number;
  readonly length: number;
}

/** Schema of histograms with custom bucket bounds (NHCB). */
export const customBucketsSchema = -53;

/**
 * A histogram whose counts are doubles (absolute, not deltas). Integer histograms have the same shape with
 * whole counts: `integer` says which of the two encodings it came in and is written with. Counts stay exact
 * below 2^53.
 */
export interface Histogram {
  readonly integer: boolean;
  readonly counterResetHint: CounterResetHint;
  /** -4 to 8, or `customBucketsSchema`. */
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  /** NaN with the stale payload marks staleness; `stale` says so, since payloads die in JS variables. */
  readonly sum: number;
  readonly stale: boolean;
  readonly positiveSpans: readonly Span[];
  readonly negativeSpans: readonly Span[];
  /** Absolute counts, one per bucket of the spans in order. */
  readonly positiveBuckets: Float64Array;
  readonly negativeBuckets: Float64Array;
  /** Upper bounds, rising, without +Inf; for `customBucketsSchema` alone. */
  readonly customValues: Float64Array | undefined;
}
