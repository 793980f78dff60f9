import { CorruptionError } from '../../base/index.js';
import type { KernelScope } from '../../kernels/index.js';
import { ReadAhead, readFully } from '../index/index.js';
import { checksumBytes, hex, maxLengthBytes, usualChunkBytes } from './format.js';
import type { ChunkSegment, ChunkSegments } from './segment-reader.js';

/** A chunk in a memory of kernels: address and length of its data. Valid until the next `find`. */
export interface PlacedChunk {
  encoding: number;
  at: number;
  length: number;
}

/** A piece of a chunk file in a memory of kernels. */
export interface ChunkStretch {
  readonly at: number;
  readonly length: number;
}

/** Kernels read whole words: what stands behind a chunk may be looked at, but not used. */
const slackBytes = 16;
const mostAtOnce = 1 << 20;

/**
 * Finds chunks through a piece of their file that stands in a query's memory of kernels and moves along, so
 * that one system call brings the chunks of many series.
 */
export class ChunkWindow {
  readonly scope: KernelScope;
  readonly #segments: ChunkSegments;
  readonly #ahead = new ReadAhead();
  readonly #found: PlacedChunk = { encoding: 0, at: 0, length: 0 };
  readonly #stretch = { at: 0, length: 0 };
  #segment: ChunkSegment | undefined;
  #at = 0;
  #capacity = 0;
  #start = 0;
  #length = 0;

  constructor(segments: ChunkSegments, scope: KernelScope) {
    this.#segments = segments;
    this.scope = scope;
  }

  /**
   * What the file holds from a chunk on, unchecked: `spanBytes` and what a chunk usually takes, or fewer. Valid as the
   * chunks of `find`.
   */
  stretch(ref: number, spanBytes: number): ChunkStretch {
    const { segment, offset } = this.#segments.locate(ref);
    this.#enter(segment);
    const span = Math.min(spanBytes, mostAtOnce);
    this.#ensure(segment, { offset, needed: span + 1, wanted: span + usualChunkBytes });
    this.#stretch.at = this.#at + (offset - this.#start);
    this.#stretch.length = this.#length - (offset - this.#start);
    return this.#stretch;
  }

  #enter(segment: ChunkSegment): void {
    if (segment === this.#segment) return;
    this.#segment = segment;
    this.#length = 0;
  }

  /** `spanBytes` is what will be asked for from here on at least. Checks the chunk's checksum. */
  find(ref: number, spanBytes: number): PlacedChunk {
    const { segment, offset } = this.#segments.locate(ref);
    this.#enter(segment);
    this.#ensure(segment, {
      offset,
      needed: maxLengthBytes + 1,
      wanted: Math.min(spanBytes, mostAtOnce) + usualChunkBytes,
    });
    const lengthBytes = this.#readLength(segment, offset);
    const length = this.#found.length;
    const recordBytes = lengthBytes + 1 + length + checksumBytes;
    if (offset + recordBytes > segment.sizeBytes) {
      this.#fail(offset, `a chunk of ${length} bytes`, `the end of the file at ${segment.sizeBytes}`);
    }
    this.#ensure(segment, { offset, needed: recordBytes, wanted: recordBytes });
    const start = this.#at + (offset - this.#start) + lengthBytes;
    this.#check(start, length, offset);
    this.#found.encoding = this.scope.kernels.bytes[start] as number;
    this.#found.at = start + 1;
    return this.#found;
  }

  #fail(offset: number, expected: string, found: string): never {
    throw new CorruptionError({ path: this.#segment?.file.path ?? '', offset, expected, found });
  }

  /** Answers how many bytes the length took; the length itself goes to `#found`. */
  #readLength(segment: ChunkSegment, offset: number): number {
    const { bytes } = this.scope.kernels;
    const start = this.#at + (offset - this.#start);
    const most = Math.min(maxLengthBytes, segment.sizeBytes - offset);
    let length = 0;
    let scale = 1;
    for (let i = 0; i < most; i++) {
      const byte = bytes[start + i] as number;
      length += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        this.#found.length = length;
        return i + 1;
      }
      scale *= 128;
    }
    this.#fail(offset, 'the length of a chunk', 'a varint without an end');
  }

  #check(start: number, length: number, offset: number): void {
    const { bytes } = this.scope.kernels;
    const end = start + 1 + length;
    const stored =
      (((bytes[end] as number) << 24) |
        ((bytes[end + 1] as number) << 16) |
        ((bytes[end + 2] as number) << 8) |
        (bytes[end + 3] as number)) >>>
      0;
    const computed = this.scope.kernels.exports.crc32c(start, 1 + length, 0) >>> 0;
    if (stored !== computed) this.#fail(offset, `checksum ${hex(computed)}`, hex(stored));
  }

  /**
   * At least `needed` bytes stand in memory, where the file has them; if anything is read, then `wanted` or
   * more.
   */
  #ensure(
    segment: ChunkSegment,
    { offset, needed, wanted }: { offset: number; needed: number; wanted: number },
  ): void {
    const end = Math.min(offset + needed, segment.sizeBytes);
    if (offset >= this.#start && end <= this.#start + this.#length) return;
    const length = Math.min(this.#ahead.plan(offset, Math.max(needed, wanted)), segment.sizeBytes - offset);
    this.#reserve(length);
    this.#length = 0;
    const into = this.scope.kernels.bytes.subarray(this.#at, this.#at + length);
    this.#start = offset;
    this.#length = readFully(segment.file, into, offset);
    if (this.#length < length) {
      this.#fail(offset, `${length} bytes`, `${this.#length}: the file became shorter`);
    }
  }

  #reserve(length: number): void {
    if (length <= this.#capacity) return;
    this.#release();
    const capacity = Math.max(length, 2 ** Math.ceil(Math.log2(length)));
    this.#at = this.scope.alloc(capacity + slackBytes);
    this.#capacity = capacity;
  }

  #release(): void {
    if (this.#capacity > 0) this.scope.free(this.#at);
    this.#capacity = 0;
    this.#length = 0;
  }

  /** Gives the memory back, unless the scope is closed and has. */
  close(): void {
    this.#release();
  }
}
