/** Arithmetic on durations in ranges, steps and offsets. Source: promql/durations.go. */
import type { DurationExpr, DurationOperand, PositionRange } from '../ast/index.js';
import { planError } from './plan-error.js';

export interface DurationContext {
  readonly stepMs: number;
  readonly rangeMs: number;
  readonly query: string;
}

const maxSeconds = 2 ** 63 / 1e9;

/** Milliseconds of an expression; only offsets may be zero or negative. Throws `ParseError` with upstream's text. */
export function durationMs(expr: DurationExpr, allowNegative: boolean, context: DurationContext): number {
  const seconds = secondsOf(expr, context);
  const fail = (text: string): never => failAt(expr.position, text, context);
  if (!Number.isFinite(seconds)) fail('duration is NaN or infinite');
  if (seconds <= 0 && !allowNegative) fail('duration must be greater than 0');
  if (seconds > maxSeconds || seconds < -maxSeconds) fail('duration is out of range');
  return Math.trunc(seconds * 1000);
}

function failAt(position: PositionRange, text: string, context: DurationContext): never {
  throw planError(`${position.start}:${position.end}: ${text}`, context.query, position);
}

/** Children before parents, on a stack of its own: the depth is the user's. */
function secondsOf(root: DurationExpr, context: DurationContext): number {
  const pending: { operand: DurationOperand; ready: boolean }[] = [{ operand: root, ready: false }];
  const values: number[] = [];
  for (let item = pending.pop(); item !== undefined; item = pending.pop()) {
    const { operand, ready } = item;
    if (operand.kind === 'number') {
      values.push(operand.value);
    } else if (ready) {
      const right = operand.right === undefined ? 0 : (values.pop() as number);
      const left = operand.left === undefined ? 0 : (values.pop() as number);
      values.push(combine(operand, left, right, context));
    } else {
      pending.push({ operand, ready: true });
      if (operand.right !== undefined) pending.push({ operand: operand.right, ready: false });
      if (operand.left !== undefined) pending.push({ operand: operand.left, ready: false });
    }
  }
  return values[0] as number;
}

function combine(expr: DurationExpr, left: number, right: number, context: DurationContext): number {
  const unary = expr.left === undefined;
  switch (expr.op) {
    case 'none':
      return unary ? right : left;
    case 'step':
      return context.stepMs / 1000;
    case 'range':
      return context.rangeMs / 1000;
    case 'min_of':
      return Math.min(left, right);
    case 'max_of':
      return Math.max(left, right);
    case '+':
      return unary ? right : left + right;
    case '-':
      return unary ? -right : left - right;
    case '*':
      return left * right;
    case '/':
      if (right === 0) failAt(expr.position, 'division by zero', context);
      return left / right;
    case '%':
      if (right === 0) failAt(expr.position, 'modulo by zero', context);
      return left % right;
    case '^':
      return left ** right;
  }
}
