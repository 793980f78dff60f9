import { assert, formatApiFloat } from '../../base/index.js';

/** No piece is larger, so that one answer neither blocks the loop for long nor holds much memory. */
export const maxPieceBytes = 256 * 1024;
const initialBytes = 4 * 1024;
/** From here on a copy in bulk is cheaper than one byte at a time. */
const bulkBytes = 64;
const zero = 48;
const billion = 1e9;

/**
 * Builds text as UTF-8 bytes. The writer grows to a piece and is emptied with `take`; bytes taken belong to
 * the taker. Numbers are written digit by digit where that gives the same text as Go's shortest format.
 */
export class ByteWriter {
  #bytes: Buffer;
  #length = 0;

  constructor(sizeBytes: number = initialBytes) {
    this.#bytes = Buffer.allocUnsafe(sizeBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** Whether enough has come together for a piece; ask after each small unit. */
  get isFull(): boolean {
    return this.#length >= maxPieceBytes - initialBytes;
  }

  /** What was written since the last call. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#bytes = Buffer.allocUnsafe(this.#length >= maxPieceBytes / 2 ? maxPieceBytes : initialBytes);
    this.#length = 0;
    return taken;
  }

  text(text: string): void {
    // Three bytes hold any UTF-16 code unit.
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length);
  }

  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Copies `source[startByte, endByte)`. */
  bytes(source: Uint8Array, startByte: number, endByte: number): void {
    this.#reserve(endByte - startByte);
    const target = this.#bytes;
    let at = this.#length;
    if (endByte - startByte >= bulkBytes) {
      target.set(source.subarray(startByte, endByte), at);
      this.#length = at + endByte - startByte;
      return;
    }
    for (let i = startByte; i < endByte; i++) target[at++] = source[i] as number;
    this.#length = at;
  }

  /** The API's float format without its quotes: util/jsonutil's. */
  float(value: number): void {
    this.#reserve(32);
    const magnitude = value < 0 ? -value : value;
    if (magnitude < 1e15 && Math.floor(magnitude) === magnitude) {
      if (value < 0 || Object.is(value, -0)) this.#bytes[this.#length++] = 45;
      this.#digits(magnitude);
      return;
    }
    // Of at most 15 digits there is one decimal a double: if dividing gives the value back, these are its
    // digits.
    const millionths = Math.round(magnitude * 1e6);
    if (magnitude >= 1e-6 && millionths < 1e15 && millionths / 1e6 === magnitude) {
      if (value < 0) this.#bytes[this.#length++] = 45;
      this.#digits(Math.floor(millionths / 1e6));
      this.#fraction(millionths % 1e6);
      return;
    }
    this.text(formatSlowly(value, magnitude));
  }

  /** Seconds with three decimals, or none when they are zero: util/jsonutil's MarshalTimestamp. */
  timestamp(ms: number): void {
    this.#reserve(32);
    const magnitude = ms < 0 ? -ms : ms;
    if (magnitude > Number.MAX_SAFE_INTEGER) {
      this.#hugeTimestamp(ms);
      return;
    }
    if (ms < 0) this.#bytes[this.#length++] = 45;
    const seconds = Math.floor(magnitude / 1000);
    const rest = magnitude - seconds * 1000;
    this.#digits(seconds);
    if (rest === 0) return;
    const bytes = this.#bytes;
    bytes[this.#length++] = 46;
    bytes[this.#length++] = zero + ((rest / 100) | 0);
    bytes[this.#length++] = zero + (((rest / 10) | 0) % 10);
    bytes[this.#length++] = zero + (rest % 10);
  }

  /** A whole number below 2^53, not negative. */
  #digits(value: number): void {
    if (value >= billion) {
      const high = Math.floor(value / billion);
      this.#digits(high);
      this.#padded(value - high * billion, 9);
      return;
    }
    let width = 1;
    for (let limit = 10; limit <= value; limit *= 10) width++;
    this.#padded(value, width);
  }

  /** `width` digits of a number below 10^9. */
  #padded(value: number, width: number): void {
    const bytes = this.#bytes;
    let rest = value | 0;
    for (let at = this.#length + width - 1; at >= this.#length; at--) {
      const next = (rest / 10) | 0;
      bytes[at] = zero + rest - next * 10;
      rest = next;
    }
    this.#length += width;
  }

  /** The decimals of a whole number of millionths, trailing zeros cut. */
  #fraction(millionths: number): void {
    this.#bytes[this.#length++] = 46;
    this.#padded(millionths, 6);
    while (this.#bytes[this.#length - 1] === zero) this.#length--;
  }

  #hugeTimestamp(ms: number): void {
    assert(!Number.isNaN(ms), 'a timestamp is a number');
    const clamped = BigInt.asIntN(
      64,
      Number.isFinite(ms) ? BigInt(ms) : ms < 0 ? -(2n ** 63n) : 2n ** 63n - 1n,
    );
    const rest = (clamped < 0n ? -clamped : clamped) % 1000n;
    const sign = clamped < 0n ? '-' : '';
    const seconds = (clamped < 0n ? -clamped : clamped) / 1000n;
    this.text(`${sign}${seconds}${rest === 0n ? '' : `.${rest.toString().padStart(3, '0')}`}`);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafe(Math.max(needed, Math.min(this.#bytes.length * 4, maxPieceBytes)));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

function formatSlowly(value: number, magnitude: number): string {
  // JavaScript and Go agree on plain notation within these bounds; elsewhere the exponent is written
  // differently.
  return magnitude >= 1e-6 && magnitude < 1e21 ? String(value) : formatApiFloat(value);
}
