/** Feature gates of the language; duration expressions are always on. */
export interface ParserOptions {
  /** Functions and aggregations behind --enable-feature=promql-experimental-functions. */
  readonly experimentalFunctions?: boolean;
  /** `anchored` and `smoothed`. */
  readonly extendedRangeSelectors?: boolean;
  /** `fill(…)`, `fill_left(…)`, `fill_right(…)`. */
  readonly fillModifiers?: boolean;
  /** Longer queries are refused unread. 10 MiB when unsaid. */
  readonly maxLengthBytes?: number;
}
