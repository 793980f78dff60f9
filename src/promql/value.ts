/** What a query answers. Sources of label strings: the `symbols` of the same value. */
import type { Histogram } from '../model/index.js';
import type { LabelIds, SeriesColumns, SymbolTable } from '../storage/index.js';

export interface ScalarValue {
  readonly kind: 'scalar';
  readonly timestampMs: number;
  readonly value: number;
}

export interface StringValue {
  readonly kind: 'string';
  readonly timestampMs: number;
  readonly value: string;
}

/** One sample a series, all at `timestampMs`, in the engine's order (label order unless sorted by the query). */
export interface VectorValue {
  readonly kind: 'vector';
  readonly symbols: SymbolTable;
  readonly timestampMs: number;
  readonly labels: readonly LabelIds[];
  readonly values: Float64Array;
  /** Entry i is set where sample i is a histogram; absent when none is. */
  readonly histograms?: readonly (Histogram | undefined)[] | undefined;
}

/** Series in label order. */
export interface MatrixValue {
  readonly kind: 'matrix';
  readonly symbols: SymbolTable;
  readonly series: readonly { readonly labels: LabelIds; readonly columns: SeriesColumns }[];
}

export type QueryValue = ScalarValue | StringValue | VectorValue | MatrixValue;

export interface QueryResult {
  readonly value: QueryValue;
  /** With upstream's prefix `PromQL warning: ` and position, none twice. */
  readonly warnings: readonly string[];
  /** With upstream's prefix `PromQL info: `. */
  readonly infos: readonly string[];
  /** For statistics. Upstream's totalQueryableSamples, samplesRead and (nearly) peakSamples. */
  /**
   * There where the request asked to borrow: the columns of a matrix then stand in the memory of kernels (`place`), and
   * nothing of it may be looked at once this was called. May be called twice.
   */
  readonly release?: (() => void) | undefined;
  readonly samples?: { readonly total: number; readonly read: number; readonly peak: number } | undefined;
}
