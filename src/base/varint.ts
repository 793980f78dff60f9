/** Bytes that end too early or hold no valid number; `offset` counts from the start of what was read. */
export class ByteRangeError extends Error {
  override readonly name = 'ByteRangeError';
  readonly offset: number;
  readonly expected: string;
  readonly found: string;

  constructor(options: { offset: number; expected: string; found: string }) {
    super(`at byte ${options.offset}: expected ${options.expected}, found ${options.found}`);
    this.offset = options.offset;
    this.expected = options.expected;
    this.found = options.found;
  }
}

/**
 * Reads fields in order: big-endian numbers, LEB128 (`uvarint`) and zigzag (`varint`) numbers. Every read checks its
 * bounds first and throws `ByteRangeError`; the methods without `Big` also refuse what a double does not hold
 * exactly (beyond 2^53). Slices are views of the bytes, not copies.
 */
export class ByteReader {
  readonly bytes: Uint8Array;
  /** Offset of the next byte. */
  at: number;
  readonly #view: DataView;

  constructor(bytes: Uint8Array, startByte = 0) {
    this.bytes = bytes;
    this.at = startByte;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  #take(count: number): number {
    const at = this.at;
    if (!(count >= 0 && count <= this.left)) {
      throw new ByteRangeError({ offset: at, expected: `${count} bytes more`, found: `${this.left}` });
    }
    this.at = at + count;
    return at;
  }

  byte(): number {
    return this.bytes[this.#take(1)] as number;
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4));
  }

  u64(): number {
    return this.#exact(this.u64Big());
  }

  i64(): number {
    return this.#exact(this.i64Big());
  }

  u64Big(): bigint {
    return this.#view.getBigUint64(this.#take(8));
  }

  i64Big(): bigint {
    return this.#view.getBigInt64(this.#take(8));
  }

  /** A NaN's payload may be lost on the way; where it counts, take `u64Big`. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8));
  }

  slice(count: number): Uint8Array {
    const at = this.#take(count);
    return this.bytes.subarray(at, at + count);
  }

  uvarint(): number {
    const first = this.bytes[this.at];
    if (first !== undefined && first < 0x80) {
      this.at++;
      return first;
    }
    return this.#exact(this.uvarintBig());
  }

  varint(): number {
    return this.#exact(this.varintBig());
  }

  uvarintBig(): bigint {
    const start = this.at;
    let low = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.byte();
      if (shift === 63n && byte > 1) break;
      low |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return low;
    }
    throw new ByteRangeError({ offset: start, expected: 'a varint of 64 bits', found: 'a longer one' });
  }

  varintBig(): bigint {
    const zigzag = this.uvarintBig();
    return (zigzag >> 1n) ^ -(zigzag & 1n);
  }

  #exact(value: bigint): number {
    const number = Number(value);
    if (Number.isSafeInteger(number)) return number;
    throw new ByteRangeError({ offset: this.at, expected: 'a number below 2^53', found: value.toString() });
  }
}

/** Builds bytes in order, growing as needed, in the formats that `ByteReader` reads. Numbers must be safe integers. */
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

  /** A copy of what was written. */
  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
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

  u16(value: number): void {
    const at = this.#reserve(2);
    this.#view.setUint16(at, value);
  }

  u32(value: number): void {
    const at = this.#reserve(4);
    this.#view.setUint32(at, value);
  }

  /** Signed and unsigned alike. */
  u64(value: number | bigint): void {
    const at = this.#reserve(8);
    this.#view.setBigUint64(at, BigInt.asUintN(64, BigInt(value)));
  }

  /** A NaN's payload may be lost on the way; where it counts, give its bits to `u64`. */
  float64(value: number): void {
    const at = this.#reserve(8);
    this.#view.setFloat64(at, value);
  }

  raw(bytes: Uint8Array): void {
    const at = this.#reserve(bytes.length);
    this.#bytes.set(bytes, at);
  }

  uvarint(value: number | bigint): void {
    let left: number;
    if (typeof value === 'bigint') {
      let wide = BigInt.asUintN(64, value);
      for (; wide >= 0x80n; wide >>= 7n) this.byte(Number(wide & 0x7fn) | 0x80);
      left = Number(wide);
    } else {
      left = value;
      for (; left >= 0x80; left = Math.floor(left / 128)) this.byte((left % 128) | 0x80);
    }
    this.byte(left);
  }

  varint(value: number | bigint): void {
    const wide = BigInt.asIntN(64, BigInt(value));
    this.uvarint(BigInt.asUintN(64, (wide << 1n) ^ (wide >> 63n)));
  }
}
