export interface ChunkRecordExports {
  /**
   * Appends to columns what `xorDecode` would of each of `count` chunk records, at most `mostChunkRecords`, which begin
   * at the offsets from `at` that `xorRecordOffsets` holds and lie within `available` bytes; checks their checksums.
   * Answers how many are done: from the next one on they are to be read one at a time.
   */
  xorRecords(
    at: number,
    available: number,
    count: number,
    timestamps: number,
    values: number,
    row: number,
    capacity: number,
    mint: number,
    maxt: number,
    lastT: number,
  ): number;
  /** The address of as many words as there may be records. */
  xorRecordOffsets(): number;
  /** The address of what the last call left: at 0 a u32, the rows written; at 8 a double, the time of the last row. */
  xorRecordsReport(): number;
}

export const mostChunkRecords = 64;
