import { type AtModifier, type Expr, parseExpr, printExpr, type VectorSelector } from '../promql/index.js';
import { scriptParserOptions } from './parse-evaluation.js';

/** Functions whose answer changes with the time of evaluation though their arguments do not. Source: promql.AtModifierUnsafeFunctions. */
const timed = new Set([
  ...['days_in_month', 'day_of_month', 'day_of_week', 'day_of_year', 'hour', 'minute', 'month', 'year'],
  ...['end', 'predict_linear', 'range', 'start', 'step', 'time', 'timestamp'],
]);

/**
 * The query with `@` on every selector and subquery that has none: it answers the same at any time. Undefined where it
 * need not. Source: promql/promqltest/test.go, atModifierTestCases.
 */
export function pinToTime(query: string, timestampMs: number): string | undefined {
  const expr = parseExpr(query, scriptParserOptions);
  const pinned = pin(expr, { timestampMs });
  return pinned === undefined ? undefined : printExpr(pinned);
}

/** Undefined where something of it depends on time. */
function pin(expr: Expr, at: AtModifier): Expr | undefined {
  switch (expr.kind) {
    case 'vector-selector':
      return pinSelector(expr, at);
    case 'matrix-selector':
      return { ...expr, selector: pinSelector(expr.selector, at) };
    case 'subquery':
      // Below it nothing depends on the time of evaluation.
      return { ...expr, at: expr.at ?? at };
    case 'paren':
    case 'unary': {
      const inner = pin(expr.expr, at);
      return inner && { ...expr, expr: inner };
    }
    case 'binary': {
      const left = pin(expr.left, at);
      const right = pin(expr.right, at);
      return left && right && { ...expr, left, right };
    }
    case 'aggregate': {
      const inner = pin(expr.expr, at);
      const param = expr.param === undefined ? undefined : pin(expr.param, at);
      if (inner === undefined || (expr.param !== undefined && param === undefined)) return undefined;
      return { ...expr, expr: inner, param };
    }
    case 'call': {
      if (timed.has(expr.func.name)) return undefined;
      const args = expr.args.map((arg) => pin(arg, at));
      return args.includes(undefined) ? undefined : { ...expr, args: args as Expr[] };
    }
    default:
      return expr;
  }
}

function pinSelector(selector: VectorSelector, at: AtModifier): VectorSelector {
  return { ...selector, at: selector.at ?? at };
}
