import { wordsOf } from '../../model/index.js';
import type { FloatBatch } from '../../storage/index.js';

/** A float by the halves of its value. */
export interface FloatSample {
  readonly timestampMs: number;
  readonly low: number;
  readonly high: number;
  /** 0 for none. */
  readonly startMs: number;
}

const firstCapacity = 64;

/** Float rows copied from others' columns, in columns of their own; values move as bits. */
export class StagedFloats implements FloatBatch {
  length = 0;
  refs = new Float64Array(firstCapacity);
  timestamps = new Float64Array(firstCapacity);
  values = new Float64Array(firstCapacity);
  startTimestamps: Float64Array<ArrayBuffer> | undefined;
  #words = wordsOf(this.values);

  /** `words` is `wordsOf` the batch's values. */
  push(batch: FloatBatch, row: number, words: Uint32Array): void {
    this.pushSample(batch.refs[row] as number, {
      timestampMs: batch.timestamps[row] as number,
      low: words[2 * row] as number,
      high: words[2 * row + 1] as number,
      startMs: batch.startTimestamps?.[row] ?? 0,
    });
  }

  pushSample(ref: number, { timestampMs, low, high, startMs }: FloatSample): void {
    const at = this.length;
    if (at === this.refs.length) this.#grow();
    this.refs[at] = ref;
    this.timestamps[at] = timestampMs;
    this.#words[2 * at] = low;
    this.#words[2 * at + 1] = high;
    if (startMs !== 0) this.startTimestamps ??= new Float64Array(this.refs.length);
    if (this.startTimestamps !== undefined) this.startTimestamps[at] = startMs;
    this.length = at + 1;
  }

  #grow(): void {
    const capacity = this.refs.length * 2;
    const copy = (from: Float64Array): Float64Array<ArrayBuffer> => {
      const to = new Float64Array(capacity);
      to.set(from);
      return to;
    };
    this.refs = copy(this.refs);
    this.timestamps = copy(this.timestamps);
    this.values = copy(this.values);
    if (this.startTimestamps !== undefined) this.startTimestamps = copy(this.startTimestamps);
    this.#words = wordsOf(this.values);
  }
}
