import type { Expr } from '../ast/index.js';
import { type Part, partsOf } from './expression-parts.js';

/**
 * The canonical text of an expression, on one line. The stack is an array: chains of operators may be long.
 */
export function printExpr(expr: Expr): string {
  const texts: string[] = [];
  const rest: Part[] = [expr];
  for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
    if (typeof part === 'string') {
      texts.push(part);
      continue;
    }
    const parts = partsOf(part);
    for (let i = parts.length - 1; i >= 0; i--) rest.push(parts[i] as Part);
  }
  return texts.join('');
}

/** Whether the canonical text has more bytes than the limit; looks at no more of the tree than that takes. */
export function printsLongerThan(expr: Expr, limitBytes: number): boolean {
  let length = 0;
  const rest: Part[] = [expr];
  for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
    const parts: readonly Part[] = typeof part === 'string' ? [] : partsOf(part);
    for (const inner of parts) {
      if (typeof inner === 'string') length += Buffer.byteLength(inner);
      else rest.push(inner);
    }
    if (length > limitBytes) return true;
  }
  return false;
}
