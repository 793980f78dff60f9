export interface XorAppendExports {
  /**
   * `count` rows of columns (at most 65,535, in rising time, each within `chunkTimeLimitMs`) as one XOR chunk at `out`,
   * whose block has `capacity` bytes, a multiple of 16 of at least 32. Answers its length, 0 where the block is too
   * small. 18 bytes and then 19 a sample always do.
   */
  xorEncode(timestamps: number, values: number, count: number, out: number, capacity: number): number;
}
