export interface XorDecodeExports {
  /**
   * Appends to columns from row `row` on the samples of an XOR chunk with mint <= t <= maxt that are later than `lastT`
   * and than each other; stops behind maxt. Answers how many rows it wrote, or a `chunkFault`, or `noRoomForChunk` where
   * fewer than min(count, 4 * length) rows are left below `capacity`.
   */
  xorDecode(
    at: number,
    length: number,
    timestamps: number,
    values: number,
    row: number,
    capacity: number,
    mint: number,
    maxt: number,
    lastT: number,
  ): number;
  /**
   * The address of what the last call left: at 0 a u32, how many samples in the window were no later than the ones
   * before; at 8 a double, the time of the last row (`lastT` where none was written).
   */
  xorDecodeReport(): number;
  /**
   * Merges the first `length` rows, in rising time, with the `rest` rows behind them, in rising time as well, into
   * other columns; of equal times the first run's row stays. Answers the rows written.
   */
  mergeRuns(
    timestamps: number,
    values: number,
    length: number,
    rest: number,
    outTimestamps: number,
    outValues: number,
  ): number;
}

/** An answer of `xorDecode` beside those of `chunkFault`. */
export const noRoomForChunk = -3;
