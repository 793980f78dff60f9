import { BitReader, BitWriter, exactLimit, highOf, lowOf, signedOf } from './bit-stream.js';
import { fitsSigned } from './bit-stream-varbit.js';
import { XorValues } from './xor-values.js';

/**
 * XOR chunks (tsdb/chunkenc/xor.go): two bytes of sample count, the first sample whole, the second with the delta of
 * its time, all others with the change of that delta; values as what differs from the one before.
 */

/** Times beyond this size (ms) have deltas that doubles do not hold; no chunk takes them. */
export const chunkTimeLimitMs = 2 ** 50;

/** What is wrong with a chunk that does not decode; a count of samples is not negative. */
export const chunkFault = { truncated: -1, outOfRange: -2 } as const;

/** Rows that a chunk is decoded into, from row 0; at least as many as its header counts. */
export interface FloatRows {
  readonly timestamps: Float64Array;
  /** The halves of the values: low at 2i, high at 2i + 1. */
  readonly words: Uint32Array;
  /** Written by encodings that have them, 0 where a sample has none. */
  readonly startTimestamps?: Float64Array | undefined;
}

/** Dods of up to so many bits stand behind one bit more of prefix: 10, 110, 1110. */
const dodBits = [14, 17, 20] as const;
const headerSize = 2;
const maxCount = 0xffff;

/** Writes one chunk, sample by sample. The caller cuts chunks; 65,535 samples is the most a chunk counts. */
export class XorEncoder {
  readonly #writer: BitWriter;
  readonly #values: XorValues;
  #count = 0;
  #timestampMs = 0;
  #deltaMs = 0;

  constructor(resumed?: { writer: BitWriter; values: XorValues; state: XorState }) {
    this.#writer = resumed?.writer ?? new BitWriter(headerSize);
    this.#values = resumed?.values ?? XorValues.toWrite(1);
    if (resumed === undefined) return;
    this.#count = resumed.state.count;
    this.#timestampMs = resumed.state.timestampMs;
    this.#deltaMs = resumed.state.deltaMs;
  }

  get count(): number {
    return this.#count;
  }

  /** The chunk so far, without a copy; the next `append` may change it. */
  get bytes(): Uint8Array {
    return this.#writer.bytes;
  }

  /** False, and nothing written, where the chunk is full or the time is beyond `chunkTimeLimitMs`. */
  append(timestampMs: number, low: number, high: number): boolean {
    if (this.#count === maxCount || !(Math.abs(timestampMs) <= chunkTimeLimitMs)) return false;
    const writer = this.#writer;
    const deltaMs = timestampMs - this.#timestampMs;
    if (this.#count === 0) {
      writer.writeVarint(timestampMs);
      writer.writeBits64(high, low, 64);
      this.#values.set(0, low, high);
    } else {
      if (this.#count === 1) writer.writeUvarint(highOf(deltaMs), lowOf(deltaMs));
      else writeDod(writer, deltaMs - this.#deltaMs);
      this.#values.write(writer, 0, low, high);
      this.#deltaMs = deltaMs;
    }
    this.#timestampMs = timestampMs;
    writer.setUint16(0, ++this.#count);
    return true;
  }
}

/** Where a decoder stands behind the last sample. */
export interface XorState {
  readonly count: number;
  readonly timestampMs: number;
  readonly deltaMs: number;
  /** The first bit that belongs to no sample. */
  readonly endBit: number;
}

/** Rows decoded, or a `chunkFault`. `into` is filled up to the fault. */
export function decodeXor(bytes: Uint8Array, into: FloatRows): number {
  const state = walkXor(bytes, XorValues.toRead(1), into);
  return typeof state === 'number' ? state : state.count;
}

/** An encoder that goes on behind the last sample of `bytes` (which it copies), or a `chunkFault`. */
export function resumeXor(bytes: Uint8Array): XorEncoder | number {
  const values = XorValues.toRead(1);
  const state = walkXor(bytes, values);
  if (typeof state === 'number') return state;
  if (state.count === 0) return new XorEncoder();
  return new XorEncoder({ writer: BitWriter.after(bytes, state.endBit), values, state });
}

function walkXor(bytes: Uint8Array, values: XorValues, into?: FloatRows): XorState | number {
  if (bytes.length < headerSize) return chunkFault.truncated;
  const reader = new BitReader(bytes, headerSize);
  const words = values.words;
  const count = ((bytes[0] as number) << 8) | (bytes[1] as number);
  let timestampMs = 0;
  let deltaMs = 0;
  for (let row = 0; row < count; row++) {
    if (row === 0) {
      timestampMs = reader.readVarint();
      reader.readBits64(64);
      values.set(0, reader.low, reader.high);
    } else {
      if (row === 1) {
        reader.readUvarint();
        deltaMs = signedOf(reader.high, reader.low);
      } else deltaMs += readDod(reader);
      timestampMs += deltaMs;
      values.read(reader, 0);
    }
    if (reader.failed) return chunkFault.truncated;
    if (!(Math.abs(timestampMs) <= chunkTimeLimitMs)) return chunkFault.outOfRange;
    if (into !== undefined) {
      into.timestamps[row] = timestampMs;
      into.words[2 * row] = words[0] as number;
      into.words[2 * row + 1] = words[1] as number;
    }
  }
  return { count, timestampMs, deltaMs, endBit: reader.bit };
}

function writeDod(writer: BitWriter, dodMs: number): void {
  if (dodMs === 0) {
    writer.writeBits(0, 1);
    return;
  }
  for (let bin = 0; bin < dodBits.length; bin++) {
    const bits = dodBits[bin] as number;
    if (!fitsSigned(dodMs, bits)) continue;
    writer.writeBits(2 ** (bin + 2) - 2, bin + 2);
    writer.writeBits(dodMs, bits);
    return;
  }
  writer.writeBits(0b1111, 4);
  writer.writeBits64(highOf(dodMs), lowOf(dodMs), 64);
}

function readDod(reader: BitReader): number {
  let bin = 0;
  while (bin < 4 && reader.readBit() === 1) bin++;
  if (bin === 0) return 0;
  if (bin < 4) {
    const bits = dodBits[bin - 1] as number;
    const dodMs = reader.readBits(bits);
    return dodMs > 2 ** (bits - 1) ? dodMs - 2 ** bits : dodMs;
  }
  reader.readBits64(64);
  const dodMs = signedOf(reader.high, reader.low);
  // A dod that no two times within the limit have; kept out of the sums, where it would lose its low bits.
  return Math.abs(dodMs) <= exactLimit ? dodMs : Number.NaN;
}
