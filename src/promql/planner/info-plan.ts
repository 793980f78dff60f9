import type { Expr, VectorSelector } from '../ast/index.js';
import { childrenOf } from '../ast/index.js';
import type { PlanRequest } from './plan.js';
import { offsetOf } from './select-plan.js';

interface Seen {
  readonly expr: Expr;
  /** The innermost first. */
  readonly subqueries: readonly Extract<Expr, { kind: 'subquery' }>[];
}

/**
 * When info series are looked at: as the first selector of the vector does, through the subqueries around it, up to the
 * one that is nailed down by `@`. Source: promql/info.go (infoSelectTimestampAndOffset).
 */
export function infoTime(vector: Expr, request: PlanRequest): Pick<VectorSelector, 'at' | 'offsetMs'> {
  const found = firstSelector(vector);
  if (found === undefined) return { at: undefined, offsetMs: 0 };
  let { at } = found.selector;
  let offsetMs = offsetOf(found.selector, request);
  for (const subquery of found.subqueries) {
    if (at !== undefined) break;
    offsetMs += offsetOf(subquery, request);
    at = subquery.at;
  }
  return { at, offsetMs };
}

/** In reading order. */
function firstSelector(root: Expr): { selector: VectorSelector; subqueries: Seen['subqueries'] } | undefined {
  const pending: Seen[] = [{ expr: root, subqueries: [] }];
  for (let seen = pending.pop(); seen !== undefined; seen = pending.pop()) {
    const { expr, subqueries } = seen;
    if (expr.kind === 'vector-selector') return { selector: expr, subqueries };
    const around = expr.kind === 'subquery' ? [expr, ...subqueries] : subqueries;
    for (const child of childrenOf(expr).toReversed()) pending.push({ expr: child, subqueries: around });
  }
  return undefined;
}
