import type { AtModifier, Expr, VectorSelector } from '../../../src/promql/index.js';
import { parseExpr } from '../../../src/promql/parser/index.js';

/** Functions whose answer changes with the time of evaluation all the same. */
const timed = new Set(
  'days_in_month day_of_month day_of_week day_of_year end hour minute month year predict_linear range start step time timestamp'.split(
    ' ',
  ),
);

/**
 * The query with `@` on every selector that has none: it must answer the same at any time. Undefined where it need
 * not. Source: promql/promqltest/test.go, atModifierTestCases.
 */
export function pinToTime(query: string, timestampMs: number): Expr | undefined {
  let usesTime = false;
  const at: AtModifier = { timestampMs };
  const pinSelector = (selector: VectorSelector): VectorSelector => ({ ...selector, at: selector.at ?? at });
  const pin = (expr: Expr): Expr => {
    switch (expr.kind) {
      case 'vector-selector':
        return pinSelector(expr);
      case 'matrix-selector':
        return { ...expr, selector: pinSelector(expr.selector) };
      case 'subquery':
        // Below a subquery that is pinned nothing more is.
        return { ...expr, at: expr.at ?? at };
      case 'paren':
      case 'unary':
        return { ...expr, expr: pin(expr.expr) };
      case 'binary':
        return { ...expr, left: pin(expr.left), right: pin(expr.right) };
      case 'aggregate':
        return {
          ...expr,
          expr: pin(expr.expr),
          param: expr.param === undefined ? undefined : pin(expr.param),
        };
      case 'call':
        if (timed.has(expr.func.name)) usesTime = true;
        return { ...expr, args: expr.args.map(pin) };
      default:
        return expr;
    }
  };
  const options = { experimentalFunctions: true, extendedRangeSelectors: true, fillModifiers: true };
  const pinned = pin(parseExpr(query, options));
  return usesTime || hasTimedCall(pinned) ? undefined : pinned;
}

/** Calls below a pinned subquery are not rewritten but count. */
function hasTimedCall(expr: Expr): boolean {
  switch (expr.kind) {
    case 'call':
      return timed.has(expr.func.name) || expr.args.some(hasTimedCall);
    case 'subquery':
    case 'paren':
    case 'unary':
      return hasTimedCall(expr.expr);
    case 'binary':
      return hasTimedCall(expr.left) || hasTimedCall(expr.right);
    case 'aggregate':
      return hasTimedCall(expr.expr) || (expr.param !== undefined && hasTimedCall(expr.param));
    default:
      return false;
  }
}
