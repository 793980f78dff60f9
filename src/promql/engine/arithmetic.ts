/** Binary operators on floats, whole columns at a time. Source: promql/engine.go, scalarBinop and vectorElemBinop. */
import type { ArithmeticOp, BinaryOp, ComparisonOp } from '../ast/index.js';
import { goPow } from './go-math.js';
import { absent, float } from './rows.js';

const comparisons: ReadonlySet<string> = new Set(['==', '!=', '<=', '<', '>=', '>']);
const arithmetic: ReadonlySet<string> = new Set(['+', '-', '*', '/', '%', '^', 'atan2']);

export function isComparison(op: BinaryOp): op is ComparisonOp {
  return comparisons.has(op);
}

/** Operators whose result is another metric, without the name of its operands. */
export function changesMetric(op: BinaryOp): op is ArithmeticOp {
  return arithmetic.has(op);
}

export function compute(op: ArithmeticOp, left: number, right: number): number {
  switch (op) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return left / right;
    case '%':
      return left % right;
    case '^':
      return goPow(left, right);
    case 'atan2':
      return Math.atan2(left, right);
  }
}

export function holds(op: ComparisonOp, left: number, right: number): boolean {
  switch (op) {
    case '==':
      return left === right;
    case '!=':
      return left !== right;
    case '<=':
      return left <= right;
    case '<':
      return left < right;
    case '>=':
      return left >= right;
    case '>':
      return left > right;
  }
}

/** A column of values, with what is there; without `present` everything is. */
export interface Column {
  readonly values: Float64Array;
  readonly present: Uint8Array | undefined;
  readonly offset: number;
}

export interface TargetColumn {
  readonly values: Float64Array;
  readonly present: Uint8Array;
  readonly offset: number;
}

function isFloat({ present, offset }: Column, i: number): boolean {
  return present === undefined || present[offset + i] === float;
}

/** `target` may be one of the operands. Steps at which an operand has no float become absent. */
export function computeColumns(
  op: ArithmeticOp,
  left: Column,
  right: Column,
  target: TargetColumn,
  steps: number,
): void {
  const a = left.values;
  const b = right.values;
  const out = target.values;
  for (let i = 0; i < steps; i++) {
    const at = target.offset + i;
    if (!isFloat(left, i) || !isFloat(right, i)) {
      target.present[at] = absent;
      continue;
    }
    const x = a[left.offset + i] as number;
    const y = b[right.offset + i] as number;
    target.present[at] = float;
    if (op === '*') out[at] = x * y;
    else if (op === '/') out[at] = x / y;
    else if (op === '+') out[at] = x + y;
    else if (op === '-') out[at] = x - y;
    else out[at] = compute(op, x, y);
  }
}

/** Keeps `kept`'s value where the comparison holds; with `asBool` 1 or 0 takes its place. */
export function compareColumns(
  comparison: { op: ComparisonOp; asBool: boolean; kept: Column },
  left: Column,
  right: Column,
  target: TargetColumn,
  steps: number,
): void {
  const { op, asBool, kept } = comparison;
  for (let i = 0; i < steps; i++) {
    const at = target.offset + i;
    if (!isFloat(left, i) || !isFloat(right, i)) {
      target.present[at] = absent;
      continue;
    }
    const value = kept.values[kept.offset + i] as number;
    const yes = holds(op, left.values[left.offset + i] as number, right.values[right.offset + i] as number);
    target.present[at] = yes || asBool ? float : absent;
    target.values[at] = asBool ? Number(yes) : value;
  }
}
