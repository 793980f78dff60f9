import { CorruptionError } from '../../base/index.js';

const two21 = 2 ** 21;
const two32 = 2 ** 32;

/**
 * Reads fields of a part of a file in order. Every read checks its bounds first and throws `CorruptionError`
 * with the offset in the file. Bytes and bounds may be set anew: one cursor serves many parts.
 */
export class FileCursor {
  readonly path: string;
  bytes: Uint8Array;
  /** Next byte, counted from the start of `bytes`. */
  at = 0;
  /** Nothing at or behind it is read. */
  end: number;
  /** Offset in the file of `bytes[0]`. */
  fileOffset: number;

  constructor(path: string, bytes: Uint8Array = new Uint8Array(0), fileOffset = 0) {
    this.path = path;
    this.bytes = bytes;
    this.end = bytes.length;
    this.fileOffset = fileOffset;
  }

  fail(expected: string, found: string, at = this.at): never {
    throw new CorruptionError({ path: this.path, offset: this.fileOffset + at, expected, found });
  }

  /** Moves on over `count` bytes; answers where they begin. */
  skip(count: number): number {
    const at = this.at;
    if (!(count <= this.end - at)) this.fail(`${count} bytes more`, `${this.end - at}`);
    this.at = at + count;
    return at;
  }

  byte(): number {
    return this.bytes[this.skip(1)] as number;
  }

  u32(): number {
    const at = this.skip(4);
    const bytes = this.bytes;
    return (
      (bytes[at] as number) * 0x1000000 +
      (((bytes[at + 1] as number) << 16) | ((bytes[at + 2] as number) << 8) | (bytes[at + 3] as number))
    );
  }

  u64(): number {
    const start = this.at;
    const high = this.u32();
    if (high >= two21) this.fail('a number below 2^53', `one with the high word ${high}`, start);
    return high * two32 + this.u32();
  }

  i64(): number {
    const start = this.at;
    const high = this.u32() | 0;
    if (high >= two21 || high < -two21) {
      this.fail('a number within 2^53', `one with the high word ${high}`, start);
    }
    return high * two32 + this.u32();
  }

  /** Rounded to a double where it is beyond 2^53. */
  uvarint(): number {
    const { bytes, end } = this;
    let at = this.at;
    let value = 0;
    let scale = 1;
    for (let count = 0; count < 10; count++) {
      if (at >= end) break;
      const byte = bytes[at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        this.at = at;
        return value;
      }
      scale *= 128;
    }
    this.fail('a varint of at most 64 bits', 'one without an end');
  }

  /** Zigzag, as `uvarint`. */
  varint(): number {
    const first = this.at < this.end ? (this.bytes[this.at] as number) : 0;
    if (first >= 0x80) {
      this.at++;
      const magnitude = ((first & 0x7f) >>> 1) + this.uvarint() * 64;
      return first & 1 ? -magnitude - 1 : magnitude;
    }
    const short = this.byte();
    return (short >>> 1) ^ -(short & 1);
  }
}
