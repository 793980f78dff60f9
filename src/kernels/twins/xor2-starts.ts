import type { BitReader, BitWriter } from './bit-stream.js';
import { readVarbitInt, writeVarbitInt } from './bit-stream-varbit.js';

/**
 * Start timestamps as XOR2 and the histogram encodings with them hold them behind each sample (tsdb/chunkenc/st.go).
 * One byte of the chunk's header says whether the first sample has one (0x80) and at which sample they begin to be
 * written (the rest, 0 for never). What is written is the time of the sample before less the start, then its changes.
 */
const firstKnown = 0x80;
/** The last sample that the header can name; at it they begin to be written in any case. */
const lastChangeOn = 0x7f;

export class StartTimestamps {
  readonly #headerByte: number;
  /** Start timestamp of the last sample, 0 for none. */
  startMs = 0;
  #diffMs = 0;
  #changeOn = 0;
  #firstKnown = false;

  /** `header`, for reading, is the byte at `headerByte`. */
  constructor(headerByte: number, header = 0) {
    this.#headerByte = headerByte;
    this.#firstKnown = header >= firstKnown;
    this.#changeOn = header & lastChangeOn;
  }

  /** Behind sample `index`, whose time is `timestampMs` and follows on `previousMs`. */
  write(
    writer: BitWriter,
    index: number,
    times: { timestampMs: number; previousMs: number; startMs: number },
  ): void {
    const { timestampMs, previousMs, startMs } = times;
    const diffMs = previousMs - startMs;
    if (index === 0) {
      if (startMs !== 0) {
        writer.writeVarint(timestampMs - startMs);
        writer.setByte(this.#headerByte, firstKnown);
      }
    } else if (this.#changeOn > 0) {
      writeVarbitInt(writer, diffMs - this.#diffMs);
      this.#diffMs = diffMs;
    } else if (startMs !== this.startMs || index === lastChangeOn) {
      this.#changeOn = index;
      writer.setByte(this.#headerByte, writer.byteAt(this.#headerByte) | index);
      writeVarbitInt(writer, diffMs);
      this.#diffMs = diffMs;
    }
    this.startMs = startMs;
  }

  read(reader: BitReader, index: number, timestampMs: number, previousMs: number): void {
    if (index === 0) {
      if (this.#firstKnown) this.startMs = timestampMs - reader.readVarint();
    } else if (this.#changeOn > 0 && index >= this.#changeOn) {
      this.#diffMs = readVarbitInt(reader) + (index === this.#changeOn ? 0 : this.#diffMs);
      this.startMs = previousMs - this.#diffMs;
    }
  }
}
