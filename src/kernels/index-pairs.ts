/** Why `indexPairs` stopped. */
export const indexPairsStop = { atEnd: 0, forBytes: 1, forRoom: 2, forEntry: 3 } as const;

/** Bytes of a table's head; its fields as words from its start, `labels` as a double. */
export const pairTableHeadBytes = 40;
export const pairTableFields = {
  size: 0,
  capacity: 1,
  names: 2,
  values: 3,
  counts: 4,
  sums: 5,
  slots: 6,
  labels: 4,
} as const;

export interface IndexPairsExports {
  /**
   * Counts series of a block's index by pair of name and value: the `series` numbers at `ids`, whose entries begin at
   * `idBytes` times their number in the file, of which the `length` bytes from `start` on stand at `bytes`. Answers how
   * many are done.
   */
  indexPairs(
    table: number,
    ids: number,
    series: number,
    idBytes: number,
    bytes: number,
    length: number,
    start: number,
    rangeMs: number,
  ): number;
  /** The address of what the last call left, words: one of `indexPairsStop`; the bytes of the entry it stopped at, or 0. */
  indexPairsReport(): number;
  /** Counts a series that was left to the caller, at one of its pairs; the table has room for one more. */
  pairTableAdd(table: number, name: number, value: number, amount: number): void;
}
