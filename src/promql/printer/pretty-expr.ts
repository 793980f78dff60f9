/** Long expressions over several lines. Source: promql/parser/prettier.go. */
import { childrenOf, type Expr } from '../ast/index.js';
import { aggregateHead, binaryOperator } from './expression-parts.js';
import { printExpr, printsLongerThan } from './print-expr.js';
import { subquerySuffixParts } from './selector-text.js';

export interface PrettyOptions {
  /** What fits into this many bytes stays on one line. Upstream: 100. */
  readonly maxLineBytes?: number;
  /** What stands above an expression, line by line. */
  readonly comments?: ReadonlyMap<Expr, readonly string[]>;
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

export function prettyExpr(expr: Expr, options: PrettyOptions = {}): string {
  const { maxLineBytes = 100, comments = new Map<Expr, readonly string[]>() } = options;
  const split = splitByComments(expr, comments);
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
      const fits =
        part.level >= maxSplitLevel || (!split.has(part.expr) && !printsLongerThan(part.expr, maxLineBytes));
      const parts = [...commentLines(part, comments), ...partsOf(part, fits)];
      for (let i = parts.length - 1; i >= 0; i--) rest.push(parts[i] as Part);
    }
  }
  return texts.join('');
}

function commentLines({ expr, level }: Nested, comments: ReadonlyMap<Expr, readonly string[]>): string[] {
  return (comments.get(expr) ?? []).map((comment) => `${'  '.repeat(level)}${comment}\n`);
}

/** Expressions within which a comment stands. */
function splitByComments(root: Expr, comments: ReadonlyMap<Expr, readonly string[]>): ReadonlySet<Expr> {
  const split = new Set<Expr>();
  if (comments.size === 0) return split;
  const parents = new Map<Expr, Expr>();
  const pending: Expr[] = [root];
  for (let expr = pending.pop(); expr !== undefined; expr = pending.pop()) {
    for (const child of childrenOf(expr)) {
      parents.set(child, expr);
      pending.push(child);
    }
    if (!comments.has(expr)) continue;
    for (let at = parents.get(expr); at !== undefined && !split.has(at); at = parents.get(at)) split.add(at);
  }
  return split;
}

function partsOf({ expr, level }: Nested, fits: boolean): readonly Part[] {
  const indent = '  '.repeat(level);
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
