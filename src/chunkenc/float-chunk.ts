import { assert } from '../base/index.js';
import {
  decodeXor2,
  decodeXor as decodeXorRows,
  resumeXor,
  resumeXor2,
  Xor2Encoder,
  XorEncoder,
} from '../kernels/index.js';
import { wordsOf } from '../model/index.js';
import { type DecodeResult, decodeResult } from './decode-result.js';
import { chunkEncoding, type FloatEncoding } from './encodings.js';

/** Columns of floats; a NaN's payload passes through `values` as bits. */
export interface FloatColumns {
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  /** 0 where a sample has none. XOR does not hold them. */
  readonly startTimestamps?: Float64Array | undefined;
}

/** Rows `from` to `to` as one XOR chunk; at most 65,535 with times within `chunkTimeLimitMs`. The caller owns the bytes. */
export function encodeXor(
  timestamps: Float64Array,
  values: Float64Array,
  from: number,
  to: number,
): Uint8Array {
  return encodeFloats(chunkEncoding.xor, { timestamps, values }, from, to);
}

/** Fills columns from row 0; they must have the room that `rowRoomOf` tells. */
export function decodeXor(bytes: Uint8Array, into: FloatColumns): DecodeResult {
  return decodeFloats(chunkEncoding.xor, bytes, into);
}

export function encodeFloats(
  encoding: FloatEncoding,
  columns: FloatColumns,
  from: number,
  to: number,
): Uint8Array {
  const appender = new FloatChunkAppender(encoding);
  const { timestamps, startTimestamps } = columns;
  const words = wordsOf(columns.values);
  for (let row = from; row < to; row++) {
    const taken = appender.append(
      timestamps[row] as number,
      words[2 * row] as number,
      words[2 * row + 1] as number,
      startTimestamps?.[row] ?? 0,
    );
    assert(taken, `row ${row} does not go into a chunk of ${appender.count} samples`);
  }
  return appender.bytes.slice();
}

/** Fills columns from row 0; they must have the room that `rowRoomOf` tells. */
export function decodeFloats(encoding: FloatEncoding, bytes: Uint8Array, into: FloatColumns): DecodeResult {
  const { timestamps, values, startTimestamps } = into;
  const rows = { timestamps, words: wordsOf(values), startTimestamps };
  return decodeResult(encoding === chunkEncoding.xor ? decodeXorRows(bytes, rows) : decodeXor2(bytes, rows));
}

/** Writes one chunk, sample by sample. The caller cuts chunks. */
export class FloatChunkAppender {
  readonly encoding: FloatEncoding;
  readonly #xor: XorEncoder | undefined;
  readonly #xor2: Xor2Encoder | undefined;

  constructor(encoding: FloatEncoding, resumed?: XorEncoder | Xor2Encoder) {
    this.encoding = encoding;
    if (resumed instanceof Xor2Encoder) this.#xor2 = resumed;
    else if (resumed instanceof XorEncoder) this.#xor = resumed;
    else if (encoding === chunkEncoding.xor) this.#xor = new XorEncoder();
    else this.#xor2 = new Xor2Encoder();
  }

  /** Goes on behind the last sample of a chunk, which it copies. */
  static resume(
    encoding: FloatEncoding,
    bytes: Uint8Array,
  ): FloatChunkAppender | Extract<DecodeResult, { kind: 'corrupt' }> {
    const encoder = encoding === chunkEncoding.xor ? resumeXor(bytes) : resumeXor2(bytes);
    if (typeof encoder !== 'number') return new FloatChunkAppender(encoding, encoder);
    const result = decodeResult(encoder);
    assert(result.kind === 'corrupt', 'an encoder was expected');
    return result;
  }

  get count(): number {
    return this.#xor?.count ?? this.#xor2?.count ?? 0;
  }

  /** The chunk so far, without a copy; the next append may change it. */
  get bytes(): Uint8Array {
    return (this.#xor ?? (this.#xor2 as Xor2Encoder)).bytes;
  }

  /** The value as its halves. False, and nothing written, where the chunk is full or the time beyond its limit. */
  append(timestampMs: number, lowWord: number, highWord: number, startMs = 0): boolean {
    if (this.#xor !== undefined) return this.#xor.append(timestampMs, lowWord, highWord);
    return (this.#xor2 as Xor2Encoder).append(timestampMs, lowWord, highWord, startMs);
  }
}
