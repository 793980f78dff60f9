import type { Kernels } from './kernels.js';

const smallestBytes = 4096;

/** A block that grows with its need and is used again and again. Its address changes when it grows. */
export class KernelBuffer {
  readonly kernels: Kernels;
  /** Larger blocks are given back by `trim`. */
  readonly #keptBytes: number;
  at = 0;
  sizeBytes = 0;

  constructor(kernels: Kernels, keptBytes = Number.POSITIVE_INFINITY) {
    this.kernels = kernels;
    this.#keptBytes = keptBytes;
  }

  /** Room for `bytes`, of which the first `used` are kept. Throws `KernelMemoryError`; kept bytes are then still there. */
  reserve(bytes: number, used = 0): number {
    if (bytes <= this.sizeBytes) return this.at;
    // Powers of two: the blocks left behind on the way are together no bigger than the last.
    const size = Math.max(smallestBytes, 2 ** Math.ceil(Math.log2(bytes)));
    if (used === 0) this.release();
    const at = this.kernels.alloc(size);
    if (used > 0) this.kernels.bytes.copyWithin(at, this.at, this.at + used);
    this.release();
    this.at = at;
    this.sizeBytes = size;
    return at;
  }

  /** Room for the bytes, and the bytes in it. */
  put(bytes: Uint8Array): number {
    const at = this.reserve(bytes.length + 16);
    this.kernels.bytes.set(bytes, at);
    return at;
  }

  /** A view; valid until the block changes. */
  view(length: number, start = 0): Uint8Array<SharedArrayBuffer> {
    return this.kernels.bytes.subarray(this.at + start, this.at + start + length);
  }

  trim(): void {
    if (this.sizeBytes > this.#keptBytes) this.release();
  }

  release(): void {
    if (this.sizeBytes > 0) this.kernels.free(this.at, this.sizeBytes);
    this.at = 0;
    this.sizeBytes = 0;
  }
}
