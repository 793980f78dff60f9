import type { Matcher } from '../../model/index.js';
import type { Expr, VectorSelector } from './ast.js';
import { expressionsIn } from './walk-expr.js';

/** Gives every selector other matchers, in place: for a tree that nobody else holds. */
export function editMatchers(root: Expr, edit: (matchers: readonly Matcher[]) => readonly Matcher[]): void {
  for (const expr of expressionsIn(root)) {
    if (expr.kind !== 'vector-selector') continue;
    const selector: { -readonly [K in keyof VectorSelector]: VectorSelector[K] } = expr;
    selector.matchers = edit(expr.matchers);
  }
}
