/** A request that is not what its protobuf definition says; the texts are those of upstream's decoder where known. */
export class WireError extends Error {
  override name = 'WireError';
}

export const wireVarint = 0;
export const wireFixed64 = 1;
export const wireBytes = 2;
const wireStartGroup = 3;
const wireEndGroup = 4;
const wireFixed32 = 5;

const truncated = 'unexpected EOF';

/** Reads protobuf's wire format between two offsets. Throws `WireError`; never reads past `end`. */
export class WireReader {
  readonly bytes: Uint8Array;
  at: number;
  end: number;
  /** Of the tag read last. */
  field = 0;
  wire = 0;
  readonly #message: string;

  constructor(bytes: Uint8Array, { at, end, message }: { at: number; end: number; message: string }) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
    this.#message = message;
  }

  /** The message of a field of bytes, which this reader passes over. */
  nested(message: string): WireReader {
    const length = this.length();
    const inner = new WireReader(this.bytes, { at: this.at, end: this.at + length, message });
    this.at += length;
    return inner;
  }

  /** False at the end of the message. */
  next(): boolean {
    if (this.at >= this.end) return false;
    const tag = this.varint();
    this.field = Math.floor(tag / 8);
    this.wire = tag & 7;
    if (this.wire === wireEndGroup) {
      throw new WireError(`proto: ${this.#message}: wiretype end group for non-group`);
    }
    if (this.field <= 0 || this.field > 0x1fffffff) {
      throw new WireError(`proto: ${this.#message}: illegal tag ${this.field} (wire type ${tag})`);
    }
    return true;
  }

  expect(wire: number, name: string): void {
    if (this.wire !== wire) throw new WireError(`proto: wrong wireType = ${this.wire} for field ${name}`);
  }

  /** Unsigned; exact below 2^53. */
  varint(): number {
    const { bytes, end } = this;
    let value = 0;
    let scale = 1;
    for (let i = 0; i < 10; i++) {
      if (this.at >= end) throw new WireError(truncated);
      const byte = bytes[this.at++] as number;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) return value;
      scale *= 128;
    }
    throw new WireError('proto: integer overflow');
  }

  /** A varint as int64: exact within ±2^53, rounded beyond. */
  int64(): number {
    const { bytes, end } = this;
    let low = 0;
    let middle = 0;
    let high = 0;
    for (let i = 0; ; i++) {
      if (i === 10) throw new WireError('proto: integer overflow');
      if (this.at >= end) throw new WireError(truncated);
      const byte = bytes[this.at++] as number;
      const part = byte & 0x7f;
      if (i < 4) low |= part << (7 * i);
      else if (i < 8) middle |= part << (7 * (i - 4));
      else high |= part << (7 * (i - 8));
      if (byte < 0x80) break;
    }
    // Two's complement of 64 bits, in parts of 28, 28 and 8: exact for small negatives too.
    const isNegative = (high & 0x80) !== 0;
    if (!isNegative) return (high & 0xff) * 2 ** 56 + middle * 2 ** 28 + low;
    return -((~high & 0xff) * 2 ** 56 + (~middle & 0xfffffff) * 2 ** 28 + (~low & 0xfffffff) + 1);
  }

  /** A zigzag varint: sint32 and sint64, exact within ±2^53. */
  zigzag(): number {
    const value = this.varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  /** Where eight bytes stand that the reader passes over. */
  fixed64(): number {
    const start = this.at;
    if (this.end - start < 8) throw new WireError(truncated);
    this.at = start + 8;
    return start;
  }

  /** The length of a field of bytes, checked against the end. */
  length(): number {
    const length = this.varint();
    if (length > this.end - this.at) throw new WireError(truncated);
    return length;
  }

  skip(): void {
    switch (this.wire) {
      case wireVarint:
        this.varint();
        return;
      case wireFixed64:
        this.fixed64();
        return;
      case wireBytes: {
        const length = this.length();
        this.at += length;
        return;
      }
      case wireFixed32:
        if (this.end - this.at < 4) throw new WireError(truncated);
        this.at += 4;
        return;
      case wireStartGroup:
        this.#skipGroup();
        return;
      default:
        throw new WireError(`proto: illegal wireType ${this.wire}`);
    }
  }

  #skipGroup(): void {
    for (let depth = 1; depth > 0; ) {
      if (this.at >= this.end) throw new WireError(truncated);
      this.wire = this.varint() & 7;
      if (this.wire === wireStartGroup) depth++;
      else if (this.wire === wireEndGroup) depth--;
      else this.skip();
    }
  }
}
