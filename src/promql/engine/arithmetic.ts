/** Binary operators on floats, whole columns at a time. Source: promql/engine.go, scalarBinop and vectorElemBinop. */
import { goAtan2 } from '../../base/index.js';
import { type KernelScope, type Kernels, rowArithmeticOps, rowComparisonOps } from '../../kernels/index.js';
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
      return goAtan2(left, right);
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
  /** Addresses of the first step; 0 for the presence where everything is there. */
  readonly valuesAt: number;
  readonly presentAt: number;
}

export interface TargetColumn {
  readonly values: Float64Array;
  readonly present: Uint8Array;
  readonly offset: number;
  readonly valuesAt: number;
  readonly presentAt: number;
}

/** A scalar's values as a column of the query's memory. */
export function scalarColumn(scope: KernelScope, scalar: Float64Array): Column {
  const valuesAt = scope.alloc(8 * scalar.length);
  const values = new Float64Array(scope.kernels.memory.buffer, valuesAt, scalar.length);
  values.set(scalar);
  return { values, present: undefined, offset: 0, valuesAt, presentAt: 0 };
}

function isFloat({ present, offset }: Column, i: number): boolean {
  return present === undefined || present[offset + i] === float;
}

/**
 * `target` may be one of the operands. Steps at which an operand has no float become absent. Answers how many steps
 * have a result.
 */
export function computeColumns(
  { exports }: Kernels,
  op: ArithmeticOp,
  left: Column,
  right: Column,
  target: TargetColumn,
  steps: number,
): number {
  const code = rowArithmeticOps.get(op);
  if (code !== undefined) {
    const { valuesAt, presentAt } = target;
    return exports.rowArithmetic(
      code,
      left.valuesAt,
      left.presentAt,
      right.valuesAt,
      right.presentAt,
      valuesAt,
      presentAt,
      steps,
    );
  }
  let answered = 0;
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
    out[at] = compute(op, x, y);
    answered++;
  }
  return answered;
}

/** Keeps `kept`'s value where the comparison holds; with `asBool` 1 or 0 takes its place. Answers as above. */
export function compareColumns(
  { exports }: Kernels,
  comparison: { op: ComparisonOp; asBool: boolean; kept: Column },
  left: Column,
  right: Column,
  target: TargetColumn,
  steps: number,
): number {
  const { op, asBool, kept } = comparison;
  return exports.rowComparison(
    rowComparisonOps.get(op) as number,
    Number(asBool),
    left.valuesAt,
    left.presentAt,
    right.valuesAt,
    right.presentAt,
    kept.valuesAt,
    target.valuesAt,
    target.presentAt,
    steps,
  );
}
