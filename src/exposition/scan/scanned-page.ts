import type { ExemplarColumns, MarkColumns } from './scan-columns.js';

export type TextFormat = 'text' | 'openmetrics';

/** The first fault of a page. Samples before it were read. */
export interface ExpositionError {
  /** Upstream's text, to the byte. */
  readonly message: string;
  /** Where the part that is wrong begins. */
  readonly offset: number;
  /** Both count from 1; the column counts bytes. */
  readonly line: number;
  readonly column: number;
}

/**
 * One page, scanned. Rows are valid as long as the caller keeps `bytes` unchanged and does not scan with the same
 * scratch again. Columns may be longer than `sampleCount`; what lies behind is without meaning.
 */
export interface ScannedPage {
  readonly format: TextFormat;
  readonly bytes: Uint8Array;
  readonly sampleCount: number;
  /** The series text of each sample (name and labels as written): the key of a scrape cache. */
  readonly seriesStart: Uint32Array;
  readonly seriesEnd: Uint32Array;
  /** The text NaN has the bits of upstream's normal NaN. */
  readonly values: Float64Array;
  /** Milliseconds; NaN where the line has none. */
  readonly timestamps: Float64Array;
  /** The type of the last TYPE line before each sample, as an index of `metricTypes`. */
  readonly metricTypes: Uint8Array;
  readonly exemplars: ExemplarColumns;
  /** TYPE, HELP and UNIT lines in order, comments too when they were asked for. */
  readonly marks: MarkColumns;
  readonly error: ExpositionError | undefined;
}
