import type { Kernels } from './kernels.js';

/** Bytes of output between two calls: well below a millisecond. */
const budgetBytes = 1 << 20;
const stateBytes = 16;

/** A block that is being inflated. */
export interface OpenedSnappy {
  /** Of the content. */
  readonly length: number;
  /** Goes on for less than a millisecond: 0 when there is more, 1 when done, else the block is broken. */
  inflate(into: number): number;
  close(): void;
}

/** Undefined when the block does not begin as one. Throws `KernelMemoryError`. */
export function openSnappy(kernels: Kernels, block: Uint8Array): OpenedSnappy | undefined {
  const inputBytes = stateBytes + block.length;
  const state = kernels.alloc(inputBytes);
  const from = state + stateBytes;
  kernels.bytes.set(block, from);
  if (kernels.exports.snappyOpen(state, from, block.length) !== 0) {
    kernels.free(state, inputBytes);
    return undefined;
  }
  return {
    length: kernels.words[(state >>> 2) + 1] as number,
    inflate: (into) => kernels.exports.snappyInflate(state, from + block.length, into, budgetBytes),
    close: () => kernels.free(state, inputBytes),
  };
}

/**
 * The content of a block in snappy's block format, in memory of its own; undefined when the block is not whole and
 * exact. The caller has checked the declared length. Throws `KernelMemoryError`.
 */
export function inflateSnappy(kernels: Kernels, block: Uint8Array): Uint8Array | undefined {
  const opened = openSnappy(kernels, block);
  if (opened === undefined) return undefined;
  const { length } = opened;
  try {
    const into = kernels.alloc(Math.max(1, length));
    try {
      let answer = 0;
      while (answer === 0) answer = opened.inflate(into);
      if (answer !== 1) return undefined;
      const content = new Uint8Array(length);
      content.set(kernels.bytes.subarray(into, into + length));
      return content;
    } finally {
      kernels.free(into, Math.max(1, length));
    }
  } finally {
    opened.close();
  }
}
