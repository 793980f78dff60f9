import { type Expr, expressionsIn, typeOf, type ValueType } from '../ast/index.js';

/** What the planner knows of an expression before it is placed on a grid. */
export interface ExprFacts {
  readonly type: ValueType;
  /** Answers the same at every step. */
  readonly invariant: boolean;
  /** Worth evaluating once and repeating; false for literals and range vectors, which repeat by themselves. */
  readonly wrap: boolean;
}

/**
 * Functions whose answer changes with the evaluation time though their arguments do not.
 * Source: promql/functions.go, AtModifierUnsafeFunctions.
 */
const dependsOnTime: ReadonlySet<string> = new Set([
  'day_of_month',
  'day_of_week',
  'day_of_year',
  'days_in_month',
  'hour',
  'minute',
  'month',
  'predict_linear',
  'time',
  'timestamp',
  'year',
]);

/** Functions that become numbers when the query's range is known. */
export const contextFunctions: ReadonlySet<string> = new Set(['end', 'range', 'start', 'step']);

/** Functions that see a plain selector's samples, not only their values. */
export type TimestampFunction = 'timestamp' | 'start_timestamp';

export function isTimestamp(name: string): name is TimestampFunction {
  return name === 'timestamp' || name === 'start_timestamp';
}

export function withoutParens(expr: Expr): Expr {
  let inner = expr;
  while (inner.kind === 'paren') inner = inner.expr;
  return inner;
}

/** Facts of every expression of the tree, found children first. */
export function analyze(root: Expr): Map<Expr, ExprFacts> {
  const order = expressionsIn(root);
  const facts = new Map<Expr, ExprFacts>();
  for (let i = order.length - 1; i >= 0; i--) {
    const expr = order[i] as Expr;
    facts.set(expr, factsOf(expr, facts));
  }
  return facts;
}

function factsOf(expr: Expr, facts: ReadonlyMap<Expr, ExprFacts>): ExprFacts {
  const known = (child: Expr) => facts.get(child) as ExprFacts;
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'duration':
      return { type: typeOf(expr), invariant: true, wrap: false };
    case 'vector-selector':
      return { type: 'vector', invariant: expr.at !== undefined, wrap: expr.at !== undefined };
    case 'matrix-selector':
      return { type: 'matrix', invariant: expr.selector.at !== undefined, wrap: false };
    case 'subquery':
      return { type: 'matrix', invariant: expr.at !== undefined, wrap: false };
    case 'paren':
    case 'unary':
      return known(expr.expr);
    case 'aggregate': {
      // The parameter does not count, as upstream: topk(scalar(x), y @ 0) takes the first step's k.
      const { invariant, wrap } = known(expr.expr);
      return { type: 'vector', invariant, wrap };
    }
    case 'binary': {
      const left = known(expr.left);
      const right = known(expr.right);
      const invariant = left.invariant && right.invariant;
      const type = left.type === 'scalar' && right.type === 'scalar' ? 'scalar' : 'vector';
      return { type, invariant, wrap: invariant };
    }
    case 'call': {
      if (contextFunctions.has(expr.func.name)) return { type: 'scalar', invariant: true, wrap: false };
      const invariant = isInvariantCall(expr.func.name, expr.args, facts);
      return { type: expr.func.returnType, invariant, wrap: invariant };
    }
  }
}

function isInvariantCall(name: string, args: readonly Expr[], facts: ReadonlyMap<Expr, ExprFacts>): boolean {
  const allInvariant = args.every((arg) => facts.get(arg)?.invariant);
  if (name === 'timestamp') {
    return allInvariant && args.every((arg) => withoutParens(arg).kind === 'vector-selector');
  }
  return allInvariant && !dependsOnTime.has(name);
}
