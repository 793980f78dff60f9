import { setStaleAt, wordsOf } from '../model/index.js';
import type { FloatBatch, SeriesRef } from '../storage/index.js';

/** Rows that come from no page, to be appended; reused from one to the next. */
export class BatchColumns {
  length = 0;
  refs = new Float64Array(0);
  timestamps = new Float64Array(0);
  values = new Float64Array(0);
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
    this.outcomes = new Uint8Array(size);
    this.#words = wordsOf(this.values);
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
    return at;
  }

  asBatch(): FloatBatch {
    return { length: this.length, refs: this.refs, timestamps: this.timestamps, values: this.values };
  }
}
