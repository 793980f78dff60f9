import { encodeUtf8 } from './bytes.js';

const two32 = 2 ** 32;
/** Lengths below it take one byte. */
const shortText = 128;

/**
 * Builds bytes in order, growing as needed, in the formats that `ByteReader` reads. Whole numbers must be
 * safe integers.
 */
export class ByteWriter {
  #bytes: Uint8Array;
  #view: DataView;
  #length = 0;

  constructor(capacityBytes = 256) {
    this.#bytes = new Uint8Array(capacityBytes);
    this.#view = new DataView(this.#bytes.buffer);
  }

  get length(): number {
    return this.#length;
  }

  /** A copy of what was written, for the caller to keep. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  /** What was written, without a copy: good until the next write. */
  get written(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  reset(): void {
    this.#length = 0;
  }

  #reserve(count: number): number {
    const at = this.#length;
    const needed = at + count;
    if (needed > this.#bytes.length) {
      const grown = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
      grown.set(this.#bytes.subarray(0, at));
      this.#bytes = grown;
      this.#view = new DataView(grown.buffer);
    }
    this.#length = needed;
    return at;
  }

  byte(value: number): void {
    const at = this.#reserve(1);
    this.#bytes[at] = value;
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value);
  }

  /** Signed and unsigned alike. */
  u64(value: number): void {
    const at = this.#reserve(8);
    const high = Math.floor(value / two32);
    this.#view.setInt32(at, high);
    this.#view.setUint32(at + 4, value - high * two32);
  }

  /** A NaN's payload may be lost on the way. */
  float64(value: number): void {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value);
  }

  /** The double whose halves these are: the way for values that may be stale markers. */
  float64Words(high: number, low: number): void {
    const at = this.#reserve(8);
    this.#view.setUint32(at, high);
    this.#view.setUint32(at + 4, low);
  }

  uvarint(value: number): void {
    const at = this.#reserve(10);
    this.#length = this.#putUvarint(at, value);
  }

  #putUvarint(start: number, value: number): number {
    let at = start;
    let left = value;
    while (left >= two32) {
      this.#bytes[at++] = (left % 128) | 0x80;
      left = Math.floor(left / 128);
    }
    let word = left >>> 0;
    while (word >= 0x80) {
      this.#bytes[at++] = (word & 0x7f) | 0x80;
      word >>>= 7;
    }
    this.#bytes[at++] = word;
    return at;
  }

  /** Zigzag. */
  varint(value: number): void {
    const at = this.#reserve(10);
    if (value >= -1073741824 && value < 1073741824) {
      this.#length = this.#putUvarint(at, ((value << 1) ^ (value >> 31)) >>> 0);
      return;
    }
    // The lowest seven bits of the zigzag form hold the sign and six bits of the magnitude, so nothing is
    // doubled and nothing leaves the range of exact integers.
    const magnitude = value < 0 ? -value - 1 : value;
    const sign = value < 0 ? 1 : 0;
    this.#bytes[at] = ((magnitude % 64) << 1) | sign | 0x80;
    this.#length = this.#putUvarint(at + 1, Math.floor(magnitude / 64));
  }

  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  text(text: string): void {
    if (text.length < shortText && this.#shortAscii(text)) return;
    const bytes = encodeUtf8(text);
    this.uvarint(bytes.length);
    this.raw(bytes);
  }

  /** Most texts are short and ASCII, and an encoder's call costs more than they do. False, with nothing written, for others. */
  #shortAscii(text: string): boolean {
    const { length } = text;
    const start = this.#reserve(length + 1);
    this.#bytes[start] = length;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) {
        this.#length = start;
        return false;
      }
      this.#bytes[start + 1 + i] = unit;
    }
    return true;
  }
}
