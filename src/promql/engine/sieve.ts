import { isStaleAt, wordsOf } from '../../model/index.js';
import { histogramKind, type SeriesColumns } from '../../storage/index.js';

/** Float samples without stale markers, rows 0 to `length`. */
export interface FloatSamples {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  readonly startTimestamps: Float64Array | undefined;
  readonly length: number;
}

/** Whether row `i` of the columns is a marker that the series ended. */
export function isStaleRow(columns: SeriesColumns, words: Uint32Array, i: number): boolean {
  if (columns.kinds?.[i] === histogramKind) return columns.histograms?.at(i).stale === true;
  return isStaleAt(words, i);
}

/** Sorts a series' rows by kind, leaving stale markers out; columns that need no change are passed on as they are. */
export class SampleSieve {
  #timestamps = new Float64Array(0);
  #values = new Float64Array(0);
  #starts = new Float64Array(0);
  #rows = new Uint32Array(0);

  /** Valid until the next call, and no longer than the columns. */
  floats(columns: SeriesColumns, withStarts: boolean): FloatSamples {
    const { timestamps, values, length } = columns;
    const startTimestamps = withStarts ? columns.startTimestamps : undefined;
    if (columns.kinds === undefined && !hasStale(columns)) {
      return { timestamps, values, startTimestamps, length };
    }
    this.#grow(length);
    const words = wordsOf(values);
    let kept = 0;
    for (let i = 0; i < length; i++) {
      if (columns.kinds?.[i] === histogramKind || isStaleAt(words, i)) continue;
      this.#timestamps[kept] = timestamps[i] as number;
      this.#values[kept] = values[i] as number;
      if (startTimestamps !== undefined) this.#starts[kept] = startTimestamps[i] as number;
      kept++;
    }
    return {
      timestamps: this.#timestamps,
      values: this.#values,
      startTimestamps: startTimestamps && this.#starts,
      length: kept,
    };
  }

  /** Numbers of the rows that are no stale markers, both kinds; `onlyHistograms` leaves floats out. */
  rows(columns: SeriesColumns, onlyHistograms: boolean): Uint32Array {
    this.#grow(columns.length);
    const words = wordsOf(columns.values);
    let kept = 0;
    for (let i = 0; i < columns.length; i++) {
      if (onlyHistograms && columns.kinds?.[i] !== histogramKind) continue;
      if (!isStaleRow(columns, words, i)) this.#rows[kept++] = i;
    }
    return this.#rows.slice(0, kept);
  }

  #grow(length: number): void {
    if (this.#rows.length >= length) return;
    const size = Math.max(length, 2 * this.#rows.length);
    this.#timestamps = new Float64Array(size);
    this.#values = new Float64Array(size);
    this.#starts = new Float64Array(size);
    this.#rows = new Uint32Array(size);
  }
}

/** Of columns that are all floats. */
export function hasStale({ values, length }: SeriesColumns): boolean {
  for (let i = 0; i < length; i++) {
    if (Number.isNaN(values[i])) {
      const words = wordsOf(values);
      for (let at = i; at < length; at++) if (isStaleAt(words, at)) return true;
      return false;
    }
  }
  return false;
}
