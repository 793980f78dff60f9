/** What the row kernels do, a step at a time. An operand without `present` is there at every step. */

export interface RowOperand {
  readonly values: Float64Array;
  readonly present: Uint8Array | undefined;
}

export interface RowTarget {
  readonly values: Float64Array;
  readonly present: Uint8Array;
}

const arithmetic: Readonly<Record<string, (x: number, y: number) => number>> = {
  '+': (x, y) => x + y,
  '-': (x, y) => x - y,
  '*': (x, y) => x * y,
  '/': (x, y) => x / y,
};

const comparisons: Readonly<Record<string, (x: number, y: number) => boolean>> = {
  '==': (x, y) => x === y,
  '!=': (x, y) => x !== y,
  '<=': (x, y) => x <= y,
  '<': (x, y) => x < y,
  '>=': (x, y) => x >= y,
  '>': (x, y) => x > y,
};

const isFloat = ({ present }: RowOperand, i: number): boolean => present === undefined || present[i] === 1;

export function combineRows(op: string, left: RowOperand, right: RowOperand, target: RowTarget): number {
  const compute = arithmetic[op] as (x: number, y: number) => number;
  let count = 0;
  for (let i = 0; i < target.present.length; i++) {
    const both = isFloat(left, i) && isFloat(right, i);
    target.present[i] = Number(both);
    if (!both) continue;
    target.values[i] = compute(left.values[i] as number, right.values[i] as number);
    count++;
  }
  return count;
}

export function compareRows(
  comparison: { op: string; asBool: boolean; kept: RowOperand },
  left: RowOperand,
  right: RowOperand,
  target: RowTarget,
): number {
  const { op, asBool, kept } = comparison;
  const holds = comparisons[op] as (x: number, y: number) => boolean;
  const keptBits = new BigUint64Array(kept.values.buffer, kept.values.byteOffset, kept.values.length);
  const bits = new BigUint64Array(target.values.buffer, target.values.byteOffset, target.values.length);
  let count = 0;
  for (let i = 0; i < target.present.length; i++) {
    if (!isFloat(left, i) || !isFloat(right, i)) {
      target.present[i] = 0;
      continue;
    }
    const yes = holds(left.values[i] as number, right.values[i] as number);
    if (asBool) target.values[i] = Number(yes);
    else bits[i] = keptBits[i] as bigint;
    target.present[i] = Number(yes || asBool);
    if (yes || asBool) count++;
  }
  return count;
}

/** Drops the steps that are marked, or those that are not. */
export function siftRow(present: Uint8Array, marks: Uint8Array | undefined, keepsMarked: boolean): number {
  let count = 0;
  for (let i = 0; i < present.length; i++) {
    if ((marks !== undefined && marks[i] !== 0) !== keepsMarked) present[i] = 0;
    else if (present[i] !== 0) count++;
  }
  return count;
}
