/**
 * The PromQL tree: a pure value. Source: promql/parser/ast.go. Durations and timestamps are integer milliseconds;
 * positions are byte offsets into the query's UTF-8 text, `end` excluded. Run-time state lives in the plan.
 */
import type { Matcher } from '../../model/index.js';

export interface PositionRange {
  readonly start: number;
  readonly end: number;
}

export type ValueType = 'none' | 'scalar' | 'vector' | 'matrix' | 'string';

export type ArithmeticOp = '+' | '-' | '*' | '/' | '%' | '^' | 'atan2';
export type ComparisonOp = '==' | '!=' | '<=' | '<' | '>=' | '>';
/** Histogram trim operators. */
export type TrimOp = '</' | '>/';
export type SetOp = 'and' | 'or' | 'unless';
export type BinaryOp = ArithmeticOp | ComparisonOp | TrimOp | SetOp;

export type AggregateOp =
  | 'avg'
  | 'bottomk'
  | 'count'
  | 'count_values'
  | 'group'
  | 'limitk'
  | 'limit_ratio'
  | 'max'
  | 'min'
  | 'quantile'
  | 'stddev'
  | 'stdvar'
  | 'sum'
  | 'topk';

export interface NumberLiteral {
  readonly kind: 'number';
  readonly value: number;
  /** Written as a duration (`1m30s`) and printed as one. */
  readonly isDuration: boolean;
  readonly position: PositionRange;
}

export interface StringLiteral {
  readonly kind: 'string';
  readonly value: string;
  readonly position: PositionRange;
}

/** `@` with a time, `start()` or `end()`. */
export type AtModifier = { readonly timestampMs: number } | { readonly preprocessor: 'start' | 'end' };

export interface VectorSelector {
  readonly kind: 'vector-selector';
  /** The name written before the braces, "" when there is none. */
  readonly name: string;
  /** As written, after `offset`; negative offsets look forward. 0 when an expression stands in `offsetExpr`. */
  readonly offsetMs: number;
  readonly offsetExpr: DurationExpr | undefined;
  readonly at: AtModifier | undefined;
  /** All conditions, `__name__` among them, in upstream's order. */
  readonly matchers: readonly Matcher[];
  readonly anchored: boolean;
  readonly smoothed: boolean;
  /** True in the second argument of info(): a selector that matches everything is allowed. */
  readonly bypassEmptyMatcherCheck: boolean;
  readonly position: PositionRange;
}

export interface MatrixSelector {
  readonly kind: 'matrix-selector';
  readonly selector: VectorSelector;
  readonly rangeMs: number;
  readonly rangeExpr: DurationExpr | undefined;
  readonly position: PositionRange;
}

export interface SubqueryExpr {
  readonly kind: 'subquery';
  readonly expr: Expr;
  readonly rangeMs: number;
  readonly rangeExpr: DurationExpr | undefined;
  readonly offsetMs: number;
  readonly offsetExpr: DurationExpr | undefined;
  readonly at: AtModifier | undefined;
  /** 0 when unsaid: the engine's default step. */
  readonly stepMs: number;
  readonly stepExpr: DurationExpr | undefined;
  readonly position: PositionRange;
}

export interface UnaryExpr {
  readonly kind: 'unary';
  readonly op: '+' | '-';
  readonly expr: Expr;
  readonly position: PositionRange;
}

export interface ParenExpr {
  readonly kind: 'paren';
  readonly expr: Expr;
  readonly position: PositionRange;
}

export type MatchCardinality = 'one-to-one' | 'many-to-one' | 'one-to-many' | 'many-to-many';

export interface VectorMatching {
  readonly cardinality: MatchCardinality;
  readonly on: boolean;
  readonly matchingLabels: readonly string[];
  /** Labels taken over from the "one" side: group_left(…), group_right(…). */
  readonly include: readonly string[];
  readonly fillLeft: number | undefined;
  readonly fillRight: number | undefined;
}

export interface BinaryExpr {
  readonly kind: 'binary';
  readonly op: BinaryOp;
  readonly left: Expr;
  readonly right: Expr;
  /** Set exactly when both sides are vectors. */
  readonly matching: VectorMatching | undefined;
  readonly returnBool: boolean;
  readonly position: PositionRange;
}

export interface AggregateExpr {
  readonly kind: 'aggregate';
  readonly op: AggregateOp;
  readonly expr: Expr;
  readonly param: Expr | undefined;
  readonly grouping: readonly string[];
  readonly without: boolean;
  readonly position: PositionRange;
}

export interface Call {
  readonly kind: 'call';
  readonly func: FunctionSignature;
  readonly args: readonly Expr[];
  readonly position: PositionRange;
}

/** Arithmetic on durations, in ranges, steps and offsets. `step`/`range` have no operands; `min_of`/`max_of` two. */
export interface DurationExpr {
  readonly kind: 'duration';
  readonly op: '+' | '-' | '*' | '/' | '%' | '^' | 'step' | 'range' | 'min_of' | 'max_of' | 'none';
  readonly left: DurationOperand | undefined;
  readonly right: DurationOperand | undefined;
  readonly wrapped: boolean;
  readonly position: PositionRange;
}

export type DurationOperand = DurationExpr | NumberLiteral;

export type Expr =
  | AggregateExpr
  | BinaryExpr
  | Call
  | DurationExpr
  | MatrixSelector
  | NumberLiteral
  | ParenExpr
  | StringLiteral
  | SubqueryExpr
  | UnaryExpr
  | VectorSelector;

/** Source: promql/parser/functions.go. `variadic`: 0 none, n up to n optional last arguments, -1 any number. */
export interface FunctionSignature {
  readonly name: string;
  readonly argTypes: readonly ValueType[];
  readonly variadic: number;
  readonly returnType: ValueType;
  /** Needs --enable-feature=promql-experimental-functions. */
  readonly experimental: boolean;
}

/** The type of the value; for binary expressions without recursion, since chains may be long. */
export function typeOf(expr: Expr): ValueType {
  let inner = expr;
  while (inner.kind === 'paren' || inner.kind === 'unary') inner = inner.expr;
  if (inner.kind !== 'binary') return operandType(inner);
  // A tree of operators is a scalar where every operand is one.
  const operands: Expr[] = [inner];
  for (let next = operands.pop(); next !== undefined; next = operands.pop()) {
    if (next.kind === 'binary') operands.push(next.left, next.right);
    else if (next.kind === 'paren' || next.kind === 'unary') operands.push(next.expr);
    else if (operandType(next) !== 'scalar') return 'vector';
  }
  return 'scalar';
}

function operandType(expr: Exclude<Expr, BinaryExpr | ParenExpr | UnaryExpr>): ValueType {
  switch (expr.kind) {
    case 'number':
    case 'duration':
      return 'scalar';
    case 'string':
      return 'string';
    case 'vector-selector':
    case 'aggregate':
      return 'vector';
    case 'matrix-selector':
    case 'subquery':
      return 'matrix';
    case 'call':
      return expr.func.returnType;
  }
}
