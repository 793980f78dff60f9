/** Long expressions over several lines. Source: promql/parser/prettier.go. */
import type { Expr } from '../ast/index.js';
import { aggregateHead, binaryOperator } from './expression-parts.js';
import { printExpr, printsLongerThan } from './print-expr.js';
import { subquerySuffixParts } from './selector-text.js';

export interface PrettyOptions {
  /** What fits into this many bytes stays on one line. Upstream: 100. */
  readonly maxLineBytes?: number;
}

/** A node at its depth: the number of line breaks its ancestors put around it. */
interface Nested {
  readonly expr: Expr;
  readonly level: number;
}

/** From this depth on nothing is split, lest the indentation of a long chain outgrow memory. */
const maxSplitLevel = 2000;

/** White space at the start of what follows is dropped: a sign stands before its operand. */
const joinHere = Symbol('join here');
type Part = string | Nested | typeof joinHere;

export function prettyExpr(expr: Expr, { maxLineBytes = 100 }: PrettyOptions = {}): string {
  const texts: string[] = [];
  const rest: Part[] = [{ expr, level: 0 }];
  let joining = false;
  for (let part = rest.pop(); part !== undefined; part = rest.pop()) {
    if (part === joinHere) {
      joining = true;
    } else if (typeof part === 'string') {
      const text = joining ? part.trimStart() : part;
      if (text !== '') joining = false;
      texts.push(text);
    } else {
      const parts = partsOf(part, maxLineBytes);
      for (let i = parts.length - 1; i >= 0; i--) rest.push(parts[i] as Part);
    }
  }
  return texts.join('');
}

function partsOf({ expr, level }: Nested, maxLineBytes: number): readonly Part[] {
  const indent = '  '.repeat(level);
  const fits = level >= maxSplitLevel || !printsLongerThan(expr, maxLineBytes);
  const inner = (child: Expr): Nested => ({ expr: child, level: level + 1 });
  switch (expr.kind) {
    case 'unary':
      return [indent + expr.op, joinHere, { expr: expr.expr, level }];
    case 'number':
    case 'string':
    case 'duration':
    case 'vector-selector':
    case 'matrix-selector':
      return [indent + printExpr(expr)];
    case 'subquery':
      if (fits) return [printExpr(expr)];
      return [{ expr: expr.expr, level }, ...subquerySuffix(expr)];
  }
  if (fits) return [indent + printExpr(expr)];
  switch (expr.kind) {
    case 'aggregate': {
      const param = expr.param === undefined ? [] : [inner(expr.param), ',\n'];
      return [`${indent}${aggregateHead(expr)}(\n`, ...param, inner(expr.expr), `\n${indent})`];
    }
    case 'binary':
      return [inner(expr.left), `\n${indent}${binaryOperator(expr)}\n`, inner(expr.right)];
    case 'call': {
      const args = expr.args.flatMap((arg, i): Part[] => (i === 0 ? [inner(arg)] : [',\n', inner(arg)]));
      return [`${indent}${expr.func.name}(\n`, ...args, `\n${indent})`];
    }
    case 'paren':
      return [`${indent}(\n`, inner(expr.expr), `\n${indent})`];
  }
}

function subquerySuffix(subquery: Expr & { kind: 'subquery' }): string[] {
  return subquerySuffixParts(subquery).map((part) => (typeof part === 'string' ? part : printExpr(part)));
}
