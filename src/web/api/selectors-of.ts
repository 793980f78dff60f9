import type { Matcher } from '../../model/index.js';
import type { Expr } from '../../promql/index.js';

/**
 * The matchers of every vector selector in an expression, in reading order. Without recursion: queries nest
 * deep.
 */
export function selectorsOf(expr: Expr): (readonly Matcher[])[] {
  const found: (readonly Matcher[])[] = [];
  const pending: Expr[] = [expr];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    if (next.kind === 'vector-selector') found.push(next.matchers);
    else for (const child of childrenOf(next).toReversed()) pending.push(child);
  }
  return found;
}

function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'matrix-selector':
      return [expr.selector];
    case 'subquery':
    case 'unary':
    case 'paren':
      return [expr.expr];
    case 'binary':
      return [expr.left, expr.right];
    case 'aggregate':
      return expr.param === undefined ? [expr.expr] : [expr.expr, expr.param];
    case 'call':
      return expr.args;
    case 'number':
    case 'string':
    case 'duration':
    case 'vector-selector':
      return [];
  }
}
