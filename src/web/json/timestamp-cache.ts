import { ByteWriter } from './byte-writer.js';

/** As many steps as a range query may have, and one. */
const maxEntries = 11_001;

/**
 * The text `[<timestamp>,"` of every step of a range query, rendered once: its series share their timestamps.
 * Filled from the longest series so far; a timestamp that is not in it is rendered anew.
 */
export class TimestampCache {
  #times: Float64Array = new Float64Array(0);
  #offsets = new Uint32Array(1);
  #texts: Uint8Array = new Uint8Array(0);
  #cursor = 0;

  /** Call before the rows of each series, with rising timestamps. */
  startSeries(timestamps: Float64Array, length: number): void {
    this.#cursor = 0;
    if (length > this.#times.length && length <= maxEntries) this.#fill(timestamps.slice(0, length));
  }

  /** Writes `[<timestamp>,"`; within a series timestamps rise. */
  write(out: ByteWriter, timestampMs: number): void {
    const times = this.#times;
    let cursor = this.#cursor;
    while (cursor < times.length && (times[cursor] as number) < timestampMs) cursor++;
    this.#cursor = cursor;
    if (times[cursor] === timestampMs) {
      out.bytes(this.#texts, this.#offsets[cursor] as number, this.#offsets[cursor + 1] as number);
      return;
    }
    out.text('[');
    out.timestamp(timestampMs);
    out.text(',"');
  }

  #fill(times: Float64Array): void {
    const out = new ByteWriter(times.length * 20);
    this.#times = times;
    this.#offsets = new Uint32Array(times.length + 1);
    for (let i = 0; i < times.length; i++) {
      out.text('[');
      out.timestamp(times[i] as number);
      out.text(',"');
      this.#offsets[i + 1] = out.length;
    }
    this.#texts = out.take();
  }
}
