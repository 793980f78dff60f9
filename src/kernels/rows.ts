/** Rows of doubles with a byte of presence a step (assembly/rows.ts); addresses of their first steps. */

export interface RowsExports {
  /** Steps at which there is anything. */
  rowCount(present: number, steps: number): number;
  rowArithmetic(
    op: number,
    left: number,
    leftPresent: number,
    right: number,
    rightPresent: number,
    out: number,
    outPresent: number,
    steps: number,
  ): number;
  rowComparison(
    op: number,
    asBool: number,
    left: number,
    leftPresent: number,
    right: number,
    rightPresent: number,
    kept: number,
    out: number,
    outPresent: number,
    steps: number,
  ): number;
  rowMark(present: number, marks: number, steps: number): void;
  rowSift(present: number, marks: number, steps: number, keepsMarked: number): number;
}

/** Operators of `rowArithmetic`. */
export const rowArithmeticOps: ReadonlyMap<string, number> = new Map([
  ['+', 0],
  ['-', 1],
  ['*', 2],
  ['/', 3],
]);

/** Operators of `rowComparison`. */
export const rowComparisonOps: ReadonlyMap<string, number> = new Map([
  ['==', 0],
  ['!=', 1],
  ['<=', 2],
  ['<', 3],
  ['>=', 4],
  ['>', 5],
]);
