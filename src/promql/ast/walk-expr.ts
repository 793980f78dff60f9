import type { Expr } from './ast.js';

/**
 * An expression and all within it, parents before children, in reading order. Without recursion: queries nest
 * deep.
 */
export function expressionsIn(root: Expr): Expr[] {
  const found: Expr[] = [];
  const pending: Expr[] = [root];
  for (let expr = pending.pop(); expr !== undefined; expr = pending.pop()) {
    found.push(expr);
    const children = childrenOf(expr);
    for (let i = children.length - 1; i >= 0; i--) pending.push(children[i] as Expr);
  }
  return found;
}

/** In reading order. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'number':
    case 'string':
    case 'vector-selector':
    case 'duration':
      return [];
    case 'matrix-selector':
      return [expr.selector];
    case 'paren':
    case 'unary':
    case 'subquery':
      return [expr.expr];
    case 'binary':
      return [expr.left, expr.right];
    case 'aggregate':
      return expr.param === undefined ? [expr.expr] : [expr.expr, expr.param];
    case 'call':
      return expr.args;
  }
}
