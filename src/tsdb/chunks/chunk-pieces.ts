import { CorruptionError } from '../../base/index.js';
import { crc32c, KernelBuffer, type Kernels } from '../../kernels/index.js';
import { ReadAhead, readFully } from '../index/index.js';
import { checksumBytes, hex, maxLengthBytes, usualChunkBytes } from './format.js';
import type { ChunkSegment, ChunkSegments } from './segment-reader.js';

/** A chunk's bytes as they stand in a file. */
interface StoredChunk {
  readonly encoding: number;
  readonly bytes: Uint8Array;
  /** Of encoding and bytes, found right. */
  readonly checksum: number;
}

/**
 * Reads chunks into the JavaScript heap, by pieces of their file that grow as long as reads go forwards, so that one
 * system call brings the chunks of many series. What was read stays valid: each piece is a buffer of its own.
 */
export class ChunkPieces {
  readonly #segments: ChunkSegments;
  /** The piece once more, where a kernel can check it. */
  readonly #copy: KernelBuffer | undefined;
  #ahead = new ReadAhead();
  #segment: ChunkSegment | undefined;
  #bytes = new Uint8Array(0);
  #start = 0;

  /** With kernels checksums cost less where many chunks are read; `release` is then to be called. */
  constructor(segments: ChunkSegments, kernels?: Kernels) {
    this.#segments = segments;
    this.#copy = kernels === undefined ? undefined : new KernelBuffer(kernels);
  }

  /** The chunk at a reference, its checksum checked. Throws `CorruptionError`. */
  read(ref: number): StoredChunk {
    const { segment, offset } = this.#segments.locate(ref);
    if (segment !== this.#segment) {
      this.#segment = segment;
      this.#bytes = new Uint8Array(0);
      this.#ahead = new ReadAhead();
    }
    const { path } = segment.file;
    const fail = (expected: string, found: string): never => {
      throw new CorruptionError({ path, offset, expected, found });
    };
    let at = this.#place(segment, offset, maxLengthBytes + 1);
    let length = 0;
    let lengthBytes = 0;
    for (let scale = 1; lengthBytes < maxLengthBytes; scale *= 128) {
      const byte = this.#bytes[at + lengthBytes++] ?? fail('a chunk', 'its end');
      length += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
    }
    const recordBytes = lengthBytes + 1 + length + checksumBytes;
    if (offset + recordBytes > segment.sizeBytes) fail(`a chunk of ${length} bytes`, 'the end of the file');
    at = this.#place(segment, offset, recordBytes);
    if (at + recordBytes > this.#bytes.length) fail(`${recordBytes} bytes`, `${this.#bytes.length - at}`);
    const start = at + lengthBytes;
    const end = start + 1 + length;
    const bytes = this.#bytes;
    const stored =
      (((bytes[end] as number) << 24) |
        ((bytes[end + 1] as number) << 16) |
        ((bytes[end + 2] as number) << 8) |
        (bytes[end + 3] as number)) >>>
      0;
    const computed = this.#checksum(start, end);
    if (stored !== computed) fail(`checksum ${hex(computed)}`, hex(stored));
    return { encoding: bytes[start] as number, bytes: bytes.subarray(start + 1, end), checksum: stored };
  }

  #checksum(start: number, end: number): number {
    const copy = this.#copy;
    if (copy === undefined) return crc32c(this.#bytes, start, end);
    return copy.kernels.exports.crc32c(copy.at + start, end - start, 0) >>> 0;
  }

  /** Where the offset stands in the piece, with `needed` bytes behind it where the file has them. */
  #place(segment: ChunkSegment, offset: number, needed: number): number {
    const end = Math.min(offset + needed, segment.sizeBytes);
    if (offset < this.#start || end > this.#start + this.#bytes.length) {
      const wanted = this.#ahead.plan(offset, Math.max(needed, usualChunkBytes));
      const piece = new Uint8Array(Math.min(wanted, segment.sizeBytes - offset));
      this.#bytes = piece.subarray(0, readFully(segment.file, piece, offset));
      this.#start = offset;
      this.#copy?.put(this.#bytes);
    }
    return offset - this.#start;
  }

  /** Gives the memory of kernels back. */
  release(): void {
    this.#copy?.release();
  }
}
