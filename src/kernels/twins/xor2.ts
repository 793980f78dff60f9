import { BitReader, BitWriter, exactLimit, highOf, lowOf, signedOf } from './bit-stream.js';
import { chunkFault, chunkTimeLimitMs, type FloatRows } from './xor.js';
import { XorValues } from './xor-values.js';
import { StartTimestamps } from './xor2-starts.js';

/**
 * XOR2 chunks (tsdb/chunkenc/xor2.go). Two bytes of sample count, one of start timestamps (see xor2-starts), then
 * samples. From the third sample on one prefix stands for time and value:
 *
 *     0      same delta, same value          110    13 bits of dod, value
 *     10     same delta, value differs       1110   20 bits of dod, value
 *     11111  same delta, stale marker        11110  64 bits of dod, value
 *
 * A value behind a dod: 0 same, 10 in the window before, 110 in another window, 111 stale marker. A stale marker
 * leaves the value that the next one is compared with.
 */

const headerSize = 3;
const maxCount = 0xffff;
const startByte = 2;
const staleLow = 0x00000002;
const staleHigh = 0x7ff00000;

interface Xor2State {
  count: number;
  timestampMs: number;
  deltaMs: number;
  readonly starts: StartTimestamps;
}

export class Xor2Encoder {
  readonly #writer: BitWriter;
  readonly #values: XorValues;
  readonly #state: Xor2State;

  constructor(resumed?: { writer: BitWriter; values: XorValues; state: Xor2State }) {
    this.#writer = resumed?.writer ?? new BitWriter(headerSize);
    this.#values = resumed?.values ?? XorValues.toWrite(1);
    this.#state = resumed?.state ?? emptyState();
  }

  get count(): number {
    return this.#state.count;
  }

  /** The chunk so far, without a copy; the next `append` may change it. */
  get bytes(): Uint8Array {
    return this.#writer.bytes;
  }

  /** As XorEncoder.append; `startMs` is 0 where the sample has no start timestamp. */
  append(timestampMs: number, low: number, high: number, startMs: number): boolean {
    const state = this.#state;
    if (state.count === maxCount || !(Math.abs(timestampMs) <= chunkTimeLimitMs)) return false;
    if (!(Math.abs(startMs) <= chunkTimeLimitMs)) return false;
    const writer = this.#writer;
    const deltaMs = timestampMs - state.timestampMs;
    if (state.count === 0) {
      writer.writeVarint(timestampMs);
      writer.writeBits64(high, low, 64);
      if (!isStale(low, high)) this.#values.set(0, low, high);
    } else {
      if (state.count === 1) {
        writer.writeUvarint(highOf(deltaMs), lowOf(deltaMs));
        this.#writeValue(low, high);
      } else this.#writeJoint(deltaMs - state.deltaMs, low, high);
      state.deltaMs = deltaMs;
    }
    const { timestampMs: previousMs } = state;
    state.starts.write(writer, state.count, { timestampMs, previousMs, startMs });
    state.timestampMs = timestampMs;
    writer.setUint16(0, ++state.count);
    return true;
  }

  #writeJoint(dodMs: number, low: number, high: number): void {
    const writer = this.#writer;
    if (dodMs === 0) {
      if (isStale(low, high)) writer.writeBits(0b11111, 5);
      else this.#writeJointValue(low, high);
      return;
    }
    if (dodMs >= -(2 ** 12) && dodMs < 2 ** 12) writer.writeBits((0b110 << 13) | (dodMs & 0x1fff), 16);
    else if (dodMs >= -(2 ** 19) && dodMs < 2 ** 19) writer.writeBits((0b1110 << 20) | (dodMs & 0xfffff), 24);
    else {
      writer.writeBits(0b11110, 5);
      writer.writeBits64(highOf(dodMs), lowOf(dodMs), 64);
    }
    this.#writeValue(low, high);
  }

  /** A value behind the prefix 10, or the whole sample as 0. */
  #writeJointValue(low: number, high: number): void {
    const values = this.#values;
    const xorLow = (low ^ (values.words[0] as number)) >>> 0;
    const xorHigh = (high ^ (values.words[1] as number)) >>> 0;
    if (xorLow === 0 && xorHigh === 0) {
      this.#writer.writeBits(0, 1);
      return;
    }
    values.set(0, low, high);
    if (values.fitsWindow(0, xorLow, xorHigh)) {
      this.#writer.writeBits(0b100, 3);
      values.writeInWindow(this.#writer, 0, xorLow, xorHigh);
    } else {
      this.#writer.writeBits(0b101, 3);
      values.writeNewWindow(this.#writer, 0, xorLow, xorHigh);
    }
  }

  #writeValue(low: number, high: number): void {
    const values = this.#values;
    if (isStale(low, high)) {
      this.#writer.writeBits(0b111, 3);
      return;
    }
    const xorLow = (low ^ (values.words[0] as number)) >>> 0;
    const xorHigh = (high ^ (values.words[1] as number)) >>> 0;
    if (xorLow === 0 && xorHigh === 0) {
      this.#writer.writeBits(0, 1);
      return;
    }
    values.set(0, low, high);
    if (values.fitsWindow(0, xorLow, xorHigh)) {
      this.#writer.writeBits(0b10, 2);
      values.writeInWindow(this.#writer, 0, xorLow, xorHigh);
    } else {
      this.#writer.writeBits(0b110, 3);
      values.writeNewWindow(this.#writer, 0, xorLow, xorHigh);
    }
  }
}

/** Rows decoded, or a `chunkFault`. `into` is filled up to the fault. */
export function decodeXor2(bytes: Uint8Array, into: FloatRows): number {
  const walk = walkXor2(bytes, XorValues.toRead(1), into);
  return typeof walk === 'number' ? walk : walk.state.count;
}

/** An encoder that goes on behind the last sample of `bytes` (which it copies), or a `chunkFault`. */
export function resumeXor2(bytes: Uint8Array): Xor2Encoder | number {
  const values = XorValues.toRead(1);
  const walk = walkXor2(bytes, values);
  if (typeof walk === 'number') return walk;
  if (walk.state.count === 0) return new Xor2Encoder();
  return new Xor2Encoder({ writer: BitWriter.after(bytes, walk.endBit), values, state: walk.state });
}

function walkXor2(
  bytes: Uint8Array,
  values: XorValues,
  into?: FloatRows,
): { state: Xor2State; endBit: number } | number {
  if (bytes.length < headerSize) return chunkFault.truncated;
  const reader = new BitReader(bytes, headerSize);
  const count = ((bytes[0] as number) << 8) | (bytes[1] as number);
  const state = emptyState(bytes[startByte] as number);
  for (let row = 0; row < count; row++) {
    const previousMs = state.timestampMs;
    let stale = false;
    if (row === 0) stale = readFirst(reader, values, state);
    else {
      if (row === 1) {
        reader.readUvarint();
        state.deltaMs = signedOf(reader.high, reader.low);
        stale = readValue(reader, values);
      } else stale = readJoint(reader, values, state);
      state.timestampMs += state.deltaMs;
    }
    state.starts.read(reader, row, state.timestampMs, previousMs);
    if (reader.failed) return chunkFault.truncated;
    if (!(Math.abs(state.timestampMs) <= chunkTimeLimitMs)) return chunkFault.outOfRange;
    if (!(Math.abs(state.starts.startMs) <= chunkTimeLimitMs)) return chunkFault.outOfRange;
    if (into !== undefined) writeRow(into, row, state, values, stale);
  }
  state.count = count;
  return { state, endBit: reader.bit };
}

function readFirst(reader: BitReader, values: XorValues, state: Xor2State): boolean {
  state.timestampMs = reader.readVarint();
  reader.readBits64(64);
  const stale = isStale(reader.low, reader.high);
  if (!stale) values.set(0, reader.low, reader.high);
  return stale;
}

function readJoint(reader: BitReader, values: XorValues, state: Xor2State): boolean {
  let prefix = 0;
  while (prefix < 5 && reader.readBit() === 1) prefix++;
  switch (prefix) {
    case 0:
      return false;
    case 1:
      if (reader.readBit() === 0) values.readInWindow(reader, 0);
      else values.readNewWindow(reader, 0);
      return false;
    case 2:
      state.deltaMs += (reader.readBits(13) << 19) >> 19;
      return readValue(reader, values);
    case 3:
      state.deltaMs += (reader.readBits(20) << 12) >> 12;
      return readValue(reader, values);
    case 4: {
      reader.readBits64(64);
      const dodMs = signedOf(reader.high, reader.low);
      state.deltaMs += Math.abs(dodMs) <= exactLimit ? dodMs : Number.NaN;
      return readValue(reader, values);
    }
    default:
      return true;
  }
}

/** Whether the value is the stale marker, which leaves `values` as they are. */
function readValue(reader: BitReader, values: XorValues): boolean {
  if (reader.readBit() === 0) return false;
  if (reader.readBit() === 0) values.readInWindow(reader, 0);
  else if (reader.readBit() === 1) return true;
  else values.readNewWindow(reader, 0);
  return false;
}

function writeRow(into: FloatRows, row: number, state: Xor2State, values: XorValues, stale: boolean): void {
  into.timestamps[row] = state.timestampMs;
  into.words[2 * row] = stale ? staleLow : (values.words[0] as number);
  into.words[2 * row + 1] = stale ? staleHigh : (values.words[1] as number);
  if (into.startTimestamps !== undefined) into.startTimestamps[row] = state.starts.startMs;
}

function isStale(low: number, high: number): boolean {
  return low === staleLow && high === staleHigh;
}

function emptyState(startHeader = 0): Xor2State {
  return { count: 0, timestampMs: 0, deltaMs: 0, starts: new StartTimestamps(startByte, startHeader) };
}
