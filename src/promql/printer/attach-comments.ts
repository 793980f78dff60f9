import { encodeUtf8 } from '../../base/index.js';
import { childrenOf, type Expr } from '../ast/index.js';
import { lex, type Token } from '../lexer/index.js';

export interface AttachedComments {
  /** What stands above an expression, `#` included. */
  readonly above: ReadonlyMap<Expr, readonly string[]>;
  /** What stands behind everything. */
  readonly behind: readonly string[];
}

/**
 * Which expression each comment of a query is about: behind code, what ends there and began on the same line; else what
 * comes next, or what the comment stands within. Of expressions that begin at one place it is the outermost.
 */
export function attachComments(text: string, root: Expr): AttachedComments {
  const above = new Map<Expr, string[]>();
  const behind: string[] = [];
  const tokens = lex(text);
  if (tokens.some(({ kind }) => kind === 'comment')) {
    const nodes = printedAlone(root);
    const bytes = encodeUtf8(text);
    for (const [i, token] of tokens.entries()) {
      if (token.kind !== 'comment') continue;
      const about = endingBefore(tokens, i, { nodes, bytes }) ?? nextOrAround(token, nodes);
      const node = nodes.find(({ position }) => position.start === about?.position.start);
      const list = node === undefined ? behind : (above.get(node) ?? []);
      list.push(token.text.trimEnd());
      if (node !== undefined) above.set(node, list);
    }
  }
  return { above, behind };
}

/** Expressions that begin a line once their parents are split, parents before children. */
function printedAlone(root: Expr): Expr[] {
  const found: Expr[] = [];
  const pending: Expr[] = [root];
  for (let expr = pending.pop(); expr !== undefined; expr = pending.pop()) {
    found.push(expr);
    // A range stands behind its selector, a sign in front of its operand.
    if (expr.kind === 'matrix-selector') continue;
    const children = expr.kind === 'unary' ? childrenOf(expr.expr) : childrenOf(expr);
    for (let i = children.length - 1; i >= 0; i--) pending.push(children[i] as Expr);
  }
  return found;
}

function endingBefore(
  tokens: readonly Token[],
  at: number,
  { nodes, bytes }: { readonly nodes: readonly Expr[]; readonly bytes: Uint8Array },
): Expr | undefined {
  const start = (tokens[at] as Token).start;
  let last = at - 1;
  while (last >= 0 && [',', 'comment'].includes((tokens[last] as Token).kind)) last--;
  const end = tokens[last]?.end;
  return nodes.find(
    ({ position }) => position.end === end && !bytes.subarray(position.start, start).includes(0x0a),
  );
}

function nextOrAround({ start, end }: Token, nodes: readonly Expr[]): Expr | undefined {
  const around = nodes.findLast(({ position }) => position.start < start && position.end > end);
  let next: Expr | undefined;
  for (const node of nodes) {
    if (node.position.start >= end && (next === undefined || node.position.start < next.position.start))
      next = node;
  }
  if (around === undefined) return next;
  return next !== undefined && next.position.start < around.position.end ? next : around;
}
