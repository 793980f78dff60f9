import { KernelBuffer } from './kernel-buffer.js';
import type { Kernels } from './kernels.js';
import { snappyMaxCompressedBytes } from './twins/snappy-compress.js';

const tableBytes = 32 * 1024;
/** What one call does: about a millisecond; whole blocks of 64 KiB. */
const sliceBytes = 1 << 20;
/** What the kernel may overwrite behind its output. */
const slackBytes = 64;
const stateBytes = 16;

/** Packs bytes of a kernel memory into one block of snappy; its output is good until the next call. */
export class SnappyPacker {
  readonly #kernels: Kernels;
  readonly #table: KernelBuffer;
  readonly #output: KernelBuffer;

  constructor(kernels: Kernels, keptBytes?: number) {
    this.#kernels = kernels;
    this.#table = new KernelBuffer(kernels);
    this.#output = new KernelBuffer(kernels, keptBytes);
  }

  /** The address of the output. */
  get at(): number {
    return this.#output.at;
  }

  /** Answers the output's length. Throws `KernelMemoryError`. */
  pack(from: number, length: number): number {
    const { exports } = this.#kernels;
    const table = this.#table.reserve(tableBytes);
    const into = this.#output.reserve(snappyMaxCompressedBytes(length) + slackBytes);
    let packed = exports.snappyBegin(into, length);
    for (let done = 0; done < length; done += sliceBytes) {
      packed += exports.snappyAppend(from + done, Math.min(sliceBytes, length - done), into + packed, table);
    }
    return packed;
  }

  trim(): void {
    this.#output.trim();
  }

  release(): void {
    this.#table.release();
    this.#output.release();
  }
}

/** Unpacks a block of snappy within a kernel memory; its output is good until the next call. */
export class SnappyUnpacker {
  readonly #kernels: Kernels;
  readonly #state: KernelBuffer;
  readonly #output: KernelBuffer;

  constructor(kernels: Kernels, keptBytes?: number) {
    this.#kernels = kernels;
    this.#state = new KernelBuffer(kernels);
    this.#output = new KernelBuffer(kernels, keptBytes);
  }

  get at(): number {
    return this.#output.at;
  }

  /**
   * Answers the output's length; -1 where the block is not whole and exact or declares more than `maxBytes` (the twin
   * says why). Throws `KernelMemoryError`.
   */
  unpack(from: number, length: number, maxBytes: number): number {
    const { exports } = this.#kernels;
    const state = this.#state.reserve(stateBytes);
    if (exports.snappyOpen(state, from, length) < 0) return -1;
    const declared = this.#kernels.words[(state >>> 2) + 1] as number;
    if (declared > maxBytes) return -1;
    const into = this.#output.reserve(declared + slackBytes);
    for (;;) {
      const outcome = exports.snappyInflate(state, from + length, into, sliceBytes);
      if (outcome !== 0) return outcome === 1 ? declared : -1;
    }
  }

  trim(): void {
    this.#output.trim();
  }

  release(): void {
    this.#state.release();
    this.#output.release();
  }
}
