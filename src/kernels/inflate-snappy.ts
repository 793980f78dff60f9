import type { Kernels } from './kernels.js';

/** Bytes of output between two calls: well below a millisecond. */
const budgetBytes = 1 << 20;
const stateBytes = 16;

/**
 * The content of a block in snappy's block format, in memory of its own; undefined when the block is not whole and
 * exact. The caller has checked the declared length. Throws `KernelMemoryError`.
 */
export function inflateSnappy(kernels: Kernels, block: Uint8Array): Uint8Array | undefined {
  const inputBytes = stateBytes + block.length;
  const state = kernels.alloc(inputBytes);
  const from = state + stateBytes;
  try {
    kernels.bytes.set(block, from);
    if (kernels.exports.snappyOpen(state, from, block.length) !== 0) return undefined;
    const length = kernels.words[(state >>> 2) + 1] as number;
    const into = kernels.alloc(Math.max(1, length));
    try {
      let answer = 0;
      while (answer === 0) {
        answer = kernels.exports.snappyInflate(state, from + block.length, into, budgetBytes);
      }
      if (answer !== 1) return undefined;
      const content = new Uint8Array(length);
      content.set(kernels.bytes.subarray(into, into + length));
      return content;
    } finally {
      kernels.free(into, Math.max(1, length));
    }
  } finally {
    kernels.free(state, inputBytes);
  }
}
