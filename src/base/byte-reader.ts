import { decodeUtf8 } from './bytes.js';
import { CorruptionError } from './errors.js';

/**
 * Bytes that a `ByteReader` could not decode: they are wrong (`damaged`), or they are right and say more than
 * a double can hold (`unsupported`). `offset` counts from the start of what was read.
 */
export class DecodeError extends CorruptionError {
  readonly kind: 'damaged' | 'unsupported';

  constructor(options: {
    kind: 'damaged' | 'unsupported';
    path: string;
    offset: number;
    expected: string;
    found: string;
  }) {
    super(options);
    this.kind = options.kind;
  }
}

const two21 = 2 ** 21;
const two28 = 2 ** 28;
const two32 = 2 ** 32;
const two56 = 2 ** 56;

/**
 * Reads fields in order: big-endian numbers, LEB128 (`uvarint`) and zigzag (`varint`) numbers, texts behind
 * their length. Every read checks its bounds first and throws `DecodeError`.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  /** Offset of the next byte. */
  at: number;
  readonly #path: string;
  readonly #view: DataView;
  /** The parts of the last varint: bits 0 to 27, 28 to 55, 56 to 63. */
  #low = 0;
  #middle = 0;
  #high = 0;

  /** `path` is what errors call the bytes: a file, or a part of one. */
  constructor(bytes: Uint8Array, options: { path: string; start?: number }) {
    this.bytes = bytes;
    this.#path = options.path;
    this.at = options.start ?? 0;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  fail(expected: string, found: string): never {
    throw new DecodeError({ kind: 'damaged', path: this.#path, offset: this.at, expected, found });
  }

  /** `what` is a number of a width that the format allows and a double does not hold. */
  unsupported(what: string, offset = this.at): never {
    throw new DecodeError({
      kind: 'unsupported',
      path: this.#path,
      offset,
      expected: `${what} that a double holds exactly`,
      found: 'one beyond 2^53',
    });
  }

  #short(count: number): never {
    this.fail(`${count} bytes more`, `${this.left}`);
  }

  byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) this.#short(1);
    this.at++;
    return byte;
  }

  #need(count: number): number {
    const at = this.at;
    if (!(count >= 0 && count <= this.left)) this.#short(count);
    this.at = at + count;
    return at;
  }

  u32(): number {
    return this.#view.getUint32(this.#need(4));
  }

  /** `what` names the number where it is beyond 2^53. */
  u64(what = 'a number'): number {
    const at = this.#need(8);
    const high = this.#view.getUint32(at);
    if (high >= two21) this.unsupported(what);
    return high * two32 + this.#view.getUint32(at + 4);
  }

  /** As `u64`, signed. */
  i64(what = 'a number'): number {
    const at = this.#need(8);
    const high = this.#view.getInt32(at);
    if (high >= two21 || high < -two21) this.unsupported(what);
    return high * two32 + this.#view.getUint32(at + 4);
  }

  /** For values that are not moved as bits: a NaN's payload may be lost. */
  float64(): number {
    return this.#view.getFloat64(this.#need(8));
  }

  /** Writes the double's bits into words 2i and 2i + 1 of a column (see model/staleness). */
  float64Words(words: Uint32Array, i: number): void {
    const at = this.#need(8);
    words[2 * i + 1] = this.#view.getUint32(at);
    words[2 * i] = this.#view.getUint32(at + 4);
  }

  /** Whether the eight bytes ahead are these; they are not consumed. */
  peekWords(high: number, low: number): boolean {
    if (this.left < 8) this.#short(8);
    return this.#view.getUint32(this.at) === high && this.#view.getUint32(this.at + 4) === low;
  }

  #varintParts(): void {
    const bytes = this.bytes;
    let parts = 0;
    let shift = 0;
    this.#low = 0;
    this.#middle = 0;
    for (let count = 0; count < 10; count++) {
      const byte = bytes[this.at];
      if (byte === undefined) this.#short(1);
      this.at++;
      if (count === 4 || count === 8) {
        if (count === 4) this.#low = parts;
        else this.#middle = parts;
        parts = 0;
        shift = 0;
      }
      if (count === 9 && byte > 1) break;
      parts |= (byte & 0x7f) << shift;
      shift += 7;
      if (byte < 0x80) {
        this.#high = 0;
        if (count < 4) this.#low = parts;
        else if (count < 8) this.#middle = parts;
        else this.#high = parts;
        return;
      }
    }
    this.fail('a varint of 64 bits', 'a longer one');
  }

  /** As Go reads it into 64 bits, rounded to a double where it is beyond 2^53. */
  uvarint(): number {
    const byte = this.bytes[this.at];
    if (byte !== undefined && byte < 0x80) {
      this.at++;
      return byte;
    }
    this.#varintParts();
    return this.#low + this.#middle * two28 + this.#high * two56;
  }

  /** Zigzag, as `uvarint`. */
  varint(): number {
    const byte = this.bytes[this.at];
    if (byte !== undefined && byte < 0x80) {
      this.at++;
      return (byte >>> 1) ^ -(byte & 1);
    }
    this.#varintParts();
    const low = (this.#low >>> 1) | ((this.#middle & 1) << 27);
    const middle = (this.#middle >>> 1) | ((this.#high & 1) << 27);
    const magnitude = low + middle * two28 + (this.#high >>> 1) * two56;
    return this.#low & 1 ? -magnitude - 1 : magnitude;
  }

  /** A zigzag number added to an integer, as Go adds 64-bit integers: exact where the sum is a safe one. */
  varintFrom(base: number): number {
    const delta = this.varint();
    if (Math.abs(delta) <= Number.MAX_SAFE_INTEGER) return base + delta;
    const magnitude = (BigInt(this.#high) << 55n) | (BigInt(this.#middle) << 27n) | (BigInt(this.#low) >> 1n);
    const exact = this.#low & 1 ? -magnitude - 1n : magnitude;
    return Number(BigInt.asIntN(64, BigInt(base) + exact));
  }

  /**
   * A count of things that take at least `eachBytes` bytes, so that a wrong one is caught before it is
   * believed.
   */
  count(eachBytes: number): number {
    const count = this.uvarint();
    if (count * eachBytes > this.left) this.#short(count * eachBytes);
    return count;
  }

  /** A view of the next bytes, not a copy. */
  slice(count: number): Uint8Array {
    const at = this.#need(count);
    return this.bytes.subarray(at, at + count);
  }

  text(): string {
    return decodeUtf8(this.slice(this.count(1)));
  }

  skipText(): void {
    this.#need(this.count(1));
  }
}
