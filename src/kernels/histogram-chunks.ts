export interface HistogramChunkExports {
  histogramCursorBytes(buckets: number): number;
  histogramRowBytes(capacity: number): number;
  /**
   * Writes up to `capacity` rows of the samples with mint <= t <= maxt and their buckets; room is needed for as many rows
   * of both. Answers 1 where the chunk is done, 0 where there may be more, or a `chunkFault`. The cursor and the rows are
   * drawn in assembly/histogram-decode.ts.
   */
  histogramDecode(
    cursor: number,
    rows: number,
    buckets: number,
    capacity: number,
    mint: number,
    maxt: number,
  ): number;
  /**
   * Appends rows `from` to `to` (`capacity` is how long their columns are) to the chunk of a cursor, whose layout is
   * written; `buckets` are those of row `from` on. Answers the row it stopped before: the chunk's block may have no room
   * for it, or the call has worked enough.
   */
  histogramEncode(
    cursor: number,
    rows: number,
    buckets: number,
    capacity: number,
    from: number,
    to: number,
  ): number;
}

/** Where numbers of a cursor stand, in bytes: those that are u32, and those that are doubles. */
export const histogramCursor = {
  at: 0,
  length: 4,
  bit: 8,
  flags: 12,
  samples: 16,
  samplesRead: 20,
  positiveBuckets: 24,
  negativeBuckets: 28,
  lastTime: 64,
  rows: 72,
  bucketRows: 76,
} as const;

export const histogramCursorFlags = { wholeCounts: 1, starts: 2, allRows: 4 } as const;

/** Of a row. */
export const histogramRowFlags = { stale: 1, first: 2 } as const;
