import { type BitReader, type BitWriter, leadingZeros, trailingZeros } from './bit-stream.js';

/** No window of significant bits has been written yet. */
const noWindow = 0xff;

/**
 * Doubles that are written as what differs from the one before (tsdb/chunkenc/xor.go), each with its own window of
 * significant bits. Value i stands in `words` 2i (low) and 2i + 1 (high).
 */
export class XorValues {
  readonly words: Uint32Array;
  readonly leading: Uint8Array;
  readonly trailing: Uint8Array;

  private constructor(words: Uint32Array, leading: Uint8Array) {
    this.words = words;
    this.leading = leading;
    this.trailing = new Uint8Array(leading.length);
  }

  /** The state before anything is written. */
  static toWrite(count: number): XorValues {
    return new XorValues(new Uint32Array(2 * count), new Uint8Array(count).fill(noWindow));
  }

  /** The state before anything is read; upstream's readers begin with a window of all bits. */
  static toRead(count: number): XorValues {
    return new XorValues(new Uint32Array(2 * count), new Uint8Array(count));
  }

  /** Sets value `i` without writing it. */
  set(i: number, low: number, high: number): void {
    this.words[2 * i] = low;
    this.words[2 * i + 1] = high;
  }

  /** Writes 0 for no change, 10 and bits for the window before, 11 and a window and bits for another. */
  write(writer: BitWriter, i: number, low: number, high: number): void {
    const xorLow = (low ^ (this.words[2 * i] as number)) >>> 0;
    const xorHigh = (high ^ (this.words[2 * i + 1] as number)) >>> 0;
    if (xorLow === 0 && xorHigh === 0) {
      writer.writeBits(0, 1);
      return;
    }
    this.set(i, low, high);
    if (this.fitsWindow(i, xorLow, xorHigh)) {
      writer.writeBits(0b10, 2);
      this.writeInWindow(writer, i, xorLow, xorHigh);
    } else {
      writer.writeBits(0b11, 2);
      this.writeNewWindow(writer, i, xorLow, xorHigh);
    }
  }

  /** Whether all bits that differ lie in the window of value `i`. */
  fitsWindow(i: number, xorLow: number, xorHigh: number): boolean {
    const leading = this.leading[i] as number;
    if (leading === noWindow) return false;
    const zeros = leadingZeros(xorHigh, xorLow);
    const clamped = Math.min(zeros, 31);
    return clamped >= leading && trailingZeros(xorHigh, xorLow) >= (this.trailing[i] as number);
  }

  writeInWindow(writer: BitWriter, i: number, xorLow: number, xorHigh: number): void {
    const trailing = this.trailing[i] as number;
    writeShifted(writer, xorLow, xorHigh, trailing, 64 - (this.leading[i] as number) - trailing);
  }

  /** 5 bits of leading zeros, 6 bits of length (0 for 64), the bits. */
  writeNewWindow(writer: BitWriter, i: number, xorLow: number, xorHigh: number): void {
    const zeros = leadingZeros(xorHigh, xorLow);
    const leading = Math.min(zeros, 31);
    const trailing = trailingZeros(xorHigh, xorLow);
    const significant = 64 - leading - trailing;
    this.leading[i] = leading;
    this.trailing[i] = trailing;
    writer.writeBits((leading << 6) | (significant & 0x3f), 11);
    writeShifted(writer, xorLow, xorHigh, trailing, significant);
  }

  read(reader: BitReader, i: number): void {
    if (reader.readBit() === 0) return;
    if (reader.readBit() === 0) this.readInWindow(reader, i);
    else this.readNewWindow(reader, i);
  }

  readInWindow(reader: BitReader, i: number): void {
    const trailing = this.trailing[i] as number;
    reader.readBits64(64 - (this.leading[i] as number) - trailing);
    this.#apply(reader, i, trailing);
  }

  readNewWindow(reader: BitReader, i: number): void {
    const header = reader.readBits(11);
    const leading = header >>> 6;
    const significant = (header & 0x3f) === 0 ? 64 : header & 0x3f;
    const trailing = 64 - leading - significant;
    if (trailing < 0) {
      reader.failed = true;
      return;
    }
    this.leading[i] = leading;
    this.trailing[i] = trailing;
    reader.readBits64(significant);
    this.#apply(reader, i, trailing);
  }

  #apply(reader: BitReader, i: number, shift: number): void {
    const { high, low } = reader;
    const words = this.words;
    if (shift === 0) {
      words[2 * i] = (words[2 * i] as number) ^ low;
      words[2 * i + 1] = (words[2 * i + 1] as number) ^ high;
    } else if (shift < 32) {
      words[2 * i] = (words[2 * i] as number) ^ (low << shift);
      words[2 * i + 1] = (words[2 * i + 1] as number) ^ ((high << shift) | (low >>> (32 - shift)));
    } else words[2 * i + 1] = (words[2 * i + 1] as number) ^ (low << (shift - 32));
  }
}

/** The low `count` bits of a 64-bit number shifted right by `shift`, which is below 64. */
function writeShifted(writer: BitWriter, low: number, high: number, shift: number, count: number): void {
  if (shift === 0) writer.writeBits64(high, low, count);
  else if (shift < 32)
    writer.writeBits64(high >>> shift, ((low >>> shift) | (high << (32 - shift))) >>> 0, count);
  else writer.writeBits64(0, high >>> (shift - 32), count);
}
