import { setStaleAt, wordsOf } from '../model/index.js';
import type { FloatBatch, SeriesRef } from '../storage/index.js';

/** Columns to be appended, reused from scrape to scrape by one page at a time. */
export class BatchColumns {
  length = 0;
  refs = new Float64Array(0);
  timestamps = new Float64Array(0);
  values = new Float64Array(0);
  /** The page's row and the cache's slot of each; -1 where there is none. */
  rows = new Int32Array(0);
  slots = new Int32Array(0);
  outcomes = new Uint8Array(0);
  #words: Uint32Array = new Uint32Array(0);

  /** Empties the columns and makes room for `capacity` rows. */
  reset(capacity: number): void {
    this.length = 0;
    if (capacity <= this.refs.length) return;
    const size = 2 ** Math.ceil(Math.log2(Math.max(capacity, 64)));
    this.refs = new Float64Array(size);
    this.timestamps = new Float64Array(size);
    this.values = new Float64Array(size);
    this.rows = new Int32Array(size);
    this.slots = new Int32Array(size);
    this.outcomes = new Uint8Array(size);
    this.#words = wordsOf(this.values);
  }

  /** Takes a value as bits: a stale marker from a target stays one. */
  push(row: {
    ref: SeriesRef;
    timestampMs: number;
    words: Uint32Array;
    from: number;
    row: number;
    slot: number;
  }): void {
    const at = this.length++;
    this.refs[at] = row.ref;
    this.timestamps[at] = row.timestampMs;
    this.#words[2 * at] = row.words[2 * row.from] as number;
    this.#words[2 * at + 1] = row.words[2 * row.from + 1] as number;
    this.rows[at] = row.row;
    this.slots[at] = row.slot;
  }

  pushValue(ref: SeriesRef, timestampMs: number, value: number): void {
    const at = this.#next(ref, timestampMs);
    this.values[at] = value;
  }

  pushStale(ref: SeriesRef, timestampMs: number): void {
    setStaleAt(this.#words, this.#next(ref, timestampMs));
  }

  #next(ref: SeriesRef, timestampMs: number): number {
    const at = this.length++;
    this.refs[at] = ref;
    this.timestamps[at] = timestampMs;
    this.rows[at] = -1;
    this.slots[at] = -1;
    return at;
  }

  /** Rows from `start` to `end` (excluded), as a view. */
  rowsBetween(start: number, end: number): FloatBatch {
    return {
      length: end - start,
      refs: this.refs.subarray(start, end),
      timestamps: this.timestamps.subarray(start, end),
      values: this.values.subarray(start, end),
    };
  }

  asBatch(): FloatBatch {
    return { length: this.length, refs: this.refs, timestamps: this.timestamps, values: this.values };
  }
}
