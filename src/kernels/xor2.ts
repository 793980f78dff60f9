export interface Xor2Exports {
  /**
   * As `xorDecode`, of an XOR2 chunk. Start timestamps go to a column of their own, 0 where a sample has none; `starts`
   * is 0 where they are not wanted. `noRoomForChunk` where fewer than min(count, 8 * length) rows are left.
   */
  xor2Decode(
    at: number,
    length: number,
    timestamps: number,
    values: number,
    starts: number,
    row: number,
    capacity: number,
    mint: number,
    maxt: number,
    lastT: number,
  ): number;
  /**
   * The address of what the last call left: at 0 a u32, how many samples in the window were no later than the ones
   * before; at 4 a u32, 1 where a row has a start timestamp; at 8 a double, the time of the last row.
   */
  xor2DecodeReport(): number;
  /**
   * `count` rows of columns (at most 65,535, times and starts within `chunkTimeLimitMs`) as one XOR2 chunk at `out`, in a
   * block of `capacity` bytes; `starts` is 0 where no sample has one. Answers its length, 0 where the block is too small.
   * 48 bytes and then 32 a sample always do.
   */
  xor2Encode(
    timestamps: number,
    values: number,
    starts: number,
    count: number,
    out: number,
    capacity: number,
  ): number;
}
