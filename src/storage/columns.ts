import type { Histogram } from '../model/index.js';

/** What stands in a row of columns that hold both kinds. */
export const floatKind = 0;
export const histogramKind = 1;

/**
 * Samples of one series in rising time, rows 0 to `length` (the arrays may be longer). Timestamps are integer
 * milliseconds. A NaN's payload (the stale marker) lives in `values` as bits: see model/staleness.
 * Valid until the set that yielded it moves on or closes; whoever keeps rows copies them.
 */
export interface SeriesColumns {
  readonly length: number;
  readonly timestamps: Float64Array;
  /** Row i's float; unspecified where row i is a histogram. */
  readonly values: Float64Array;
  /** Row i's start timestamp in ms, 0 where unknown; absent when no row has one. */
  readonly startTimestamps?: Float64Array | undefined;
  /** `floatKind` or `histogramKind` a row; absent when all rows are floats. */
  readonly kinds?: Uint8Array | undefined;
  /** Absent when all rows are floats. */
  readonly histograms?: HistogramColumn | undefined;
  /**
   * Where `timestamps` and `values` stand in the memory that the request named (`SelectRequest.scope`); absent where
   * they are anywhere else. All rows are floats then.
   */
  readonly place?: ColumnPlace | undefined;
}

/** Addresses of two columns of doubles. */
export interface ColumnPlace {
  readonly timestamps: number;
  readonly values: number;
}

/** The histograms of a series' rows, in a pool of flattened spans and buckets. */
export interface HistogramColumn {
  /** The histogram of row `row`, made from the pool; a stale histogram has `stale` set. */
  at(row: number): Histogram;
  /** Count and sum alone, without touching buckets. */
  countAt(row: number): number;
  sumAt(row: number): number;
}
