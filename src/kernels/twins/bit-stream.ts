/**
 * Bits as Prometheus' chunks hold them: from the highest bit of each byte down. 64-bit numbers travel as two unsigned
 * 32-bit halves, so that no float's payload and no integer's low bit is lost in a double.
 */

export const twoTo32 = 2 ** 32;

/** Integers from here on are not told apart by doubles. */
export const exactLimit = 2 ** 53;

/** A signed 64-bit number from its halves; not exact from 2^53 on, which the caller checks against `exactLimit`. */
export function signedOf(high: number, low: number): number {
  return (high | 0) * twoTo32 + low;
}

/** The halves of a whole number between -2^63 and 2^63 in two's complement. */
export function highOf(value: number): number {
  return Math.floor(value / twoTo32) >>> 0;
}

export function lowOf(value: number): number {
  return value >>> 0;
}

/** Zero bits before the first one of a 64-bit number that is not 0. */
export function leadingZeros(high: number, low: number): number {
  return high !== 0 ? Math.clz32(high) : 32 + Math.clz32(low);
}

/** Zero bits behind the last one of a 64-bit number that is not 0. */
export function trailingZeros(high: number, low: number): number {
  return low !== 0 ? 31 - Math.clz32(low & -low) : 63 - Math.clz32(high & -high);
}

/** Appends bits to bytes of its own. */
export class BitWriter {
  #bytes: Uint8Array<ArrayBuffer>;
  #length: number;
  /** Bits at the low end of the last byte that are still to be written. */
  #free = 0;

  /** Begins with `headerSize` zero bytes. */
  constructor(headerSize: number) {
    this.#bytes = new Uint8Array(128);
    this.#length = headerSize;
  }

  /** Goes on behind bit `endBit` of a copy of `bytes`; what stands there is overwritten. */
  static after(bytes: Uint8Array, endBit: number): BitWriter {
    const writer = new BitWriter(0);
    const length = (endBit + 7) >>> 3;
    writer.#bytes = new Uint8Array(length + 128);
    writer.#bytes.set(bytes.subarray(0, length));
    writer.#length = length;
    writer.#free = length * 8 - endBit;
    if (writer.#free > 0) writer.setByte(length - 1, writer.byteAt(length - 1) & (0xff << writer.#free));
    return writer;
  }

  get length(): number {
    return this.#length;
  }

  /** What is written so far, without a copy; the next write may change it. */
  get bytes(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  byteAt(index: number): number {
    return this.#bytes[index] as number;
  }

  setByte(index: number, value: number): void {
    this.#bytes[index] = value;
  }

  setUint16(index: number, value: number): void {
    this.#bytes[index] = value >>> 8;
    this.#bytes[index + 1] = value;
  }

  /** The low `count` bits of `value`; at most 32. Bits above them are ignored. */
  writeBits(value: number, count: number): void {
    if (this.#length + 5 > this.#bytes.length) this.#grow();
    let left = count;
    let free = this.#free;
    while (left > 0) {
      if (free === 0) {
        this.#bytes[this.#length++] = 0;
        free = 8;
      }
      const taken = Math.min(left, free);
      const part = (value >>> (left - taken)) & ((1 << taken) - 1);
      const last = this.#length - 1;
      this.#bytes[last] = (this.#bytes[last] as number) | (part << (free - taken));
      free -= taken;
      left -= taken;
    }
    this.#free = free;
  }

  /** The low `count` bits of a 64-bit number; at most 64. */
  writeBits64(high: number, low: number, count: number): void {
    if (count > 32) {
      this.writeBits(high, count - 32);
      this.writeBits(low, 32);
    } else this.writeBits(low, count);
  }

  /** Go's binary.PutUvarint of a 64-bit number. */
  writeUvarint(high: number, low: number): void {
    let h = high;
    let l = low;
    while (h !== 0 || l > 0x7f) {
      this.writeBits((l & 0x7f) | 0x80, 8);
      l = ((l >>> 7) | (h << 25)) >>> 0;
      h >>>= 7;
    }
    this.writeBits(l, 8);
  }

  /** Go's binary.PutVarint of a whole number below 2^52 in size. */
  writeVarint(value: number): void {
    const zigzag = value < 0 ? -2 * value - 1 : 2 * value;
    this.writeUvarint(highOf(zigzag), lowOf(zigzag));
  }

  #grow(): void {
    const larger = new Uint8Array(this.#bytes.length * 2);
    larger.set(this.#bytes);
    this.#bytes = larger;
  }
}

/**
 * Reads bits of bytes that are not trusted: reading past the end sets `failed` and gives zeros, so a caller checks
 * once a sample. 64-bit numbers are left in `high` and `low`.
 */
export class BitReader {
  readonly #bytes: Uint8Array;
  readonly #endBit: number;
  #bit: number;
  failed = false;
  high = 0;
  low = 0;

  constructor(bytes: Uint8Array, startByte: number) {
    this.#bytes = bytes;
    this.#bit = startByte * 8;
    this.#endBit = bytes.length * 8;
  }

  /** The next bit to be read, counted from the first byte's highest. */
  get bit(): number {
    return this.#bit;
  }

  get remainingBits(): number {
    return this.#endBit - this.#bit;
  }

  readBit(): number {
    const bit = this.#bit;
    if (bit >= this.#endBit) {
      this.failed = true;
      return 0;
    }
    this.#bit = bit + 1;
    return ((this.#bytes[bit >>> 3] as number) >>> (7 - (bit & 7))) & 1;
  }

  /** At most 32 bits as an unsigned number. */
  readBits(count: number): number {
    if (count > 24) {
      const high = this.readBits(count - 16);
      return ((high << 16) | this.readBits(16)) >>> 0;
    }
    const bit = this.#bit;
    if (bit + count > this.#endBit) {
      this.failed = true;
      this.#bit = this.#endBit;
      return 0;
    }
    if (count === 0) return 0;
    this.#bit = bit + count;
    const bytes = this.#bytes;
    const at = bit >>> 3;
    const window =
      ((bytes[at] as number) << 24) |
      ((bytes[at + 1] as number) << 16) |
      ((bytes[at + 2] as number) << 8) |
      (bytes[at + 3] as number);
    return (window << (bit & 7)) >>> (32 - count);
  }

  /** At most 64 bits into `high` and `low`. */
  readBits64(count: number): void {
    if (count > 32) {
      this.high = this.readBits(count - 32);
      this.low = this.readBits(32);
    } else {
      this.high = 0;
      this.low = this.readBits(count);
    }
  }

  /** Into `high` and `low`; more than ten bytes, or bits above the 64th, are a failure as in Go. */
  readUvarint(): void {
    let high = 0;
    let low = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = this.readBits(8);
      const part = byte & 0x7f;
      if (shift < 28) low |= part << shift;
      else if (shift === 28) {
        low |= part << 28;
        high |= part >>> 4;
      } else high |= part << (shift - 32);
      if (byte < 0x80) {
        if (shift === 63 && byte > 1) this.failed = true;
        this.high = high >>> 0;
        this.low = low >>> 0;
        return;
      }
    }
    this.failed = true;
  }

  /** A signed number; `failed` is set where it is 2^53 or more in size. */
  readVarint(): number {
    this.readUvarint();
    if (this.high >= 2 ** 22) this.failed = true;
    const zigzag = this.high * twoTo32 + this.low;
    return zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2;
  }
}
