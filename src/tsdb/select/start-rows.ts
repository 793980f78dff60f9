import { assert } from '../../base/index.js';
import { chunkEncoding, mostSamplesPerByte } from '../../chunkenc/index.js';
import { type KernelScope, noRoomForChunk } from '../../kernels/index.js';
import type { SeriesColumns, TimeWindow } from '../../storage/index.js';

const headerByte = 2;

/** Whether an XOR2 chunk's header speaks of start timestamps; without, no sample has one. */
export function mayHoldStarts(bytes: Uint8Array, at: number, length: number): boolean {
  return length > headerByte && bytes[at + headerByte] !== 0;
}

/** Decodes XOR2 chunks with start timestamps, one at a time. */
export class StartRows {
  readonly #scope: KernelScope;
  readonly #window: TimeWindow;
  #at = 0;
  #capacity = 0;

  constructor(scope: KernelScope, window: TimeWindow) {
    this.#scope = scope;
    this.#window = window;
  }

  /** Samples in the window, each later than the one before; or a `chunkFault`. Valid until the next call. */
  decode(at: number, length: number): SeriesColumns | number {
    const { kernels } = this.#scope;
    const count = ((kernels.bytes[at] as number) << 8) | (kernels.bytes[at + 1] as number);
    this.#reserve(Math.min(count, length * mostSamplesPerByte[chunkEncoding.xor2]));
    const column = 8 * this.#capacity;
    const rows = kernels.exports.xor2Decode(
      at,
      length,
      this.#at,
      this.#at + column,
      this.#at + 2 * column,
      0,
      this.#capacity,
      this.#window.mintMs,
      this.#window.maxtMs,
      Number.NEGATIVE_INFINITY,
    );
    assert(rows !== noRoomForChunk, 'a chunk has no more samples than its size allows');
    if (rows < 0) return rows;
    const report = kernels.exports.xor2DecodeReport() >>> 0;
    const view = (i: number): Float64Array => {
      const first = (this.#at + i * column) >>> 3;
      return kernels.doubles.subarray(first, first + rows);
    };
    const hasStarts = kernels.words[(report + 4) >>> 2] !== 0;
    return {
      length: rows,
      timestamps: view(0),
      values: view(1),
      startTimestamps: hasStarts ? view(2) : undefined,
    };
  }

  close(): void {
    if (this.#capacity > 0) this.#scope.free(this.#at);
    this.#capacity = 0;
  }

  #reserve(rows: number): void {
    if (rows <= this.#capacity) return;
    this.close();
    this.#at = this.#scope.alloc(24 * rows);
    this.#capacity = rows;
  }
}
