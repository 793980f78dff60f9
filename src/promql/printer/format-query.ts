import { type ParserOptions, parseExpr } from '../parser/index.js';
import { attachComments } from './attach-comments.js';
import { prettyExpr } from './pretty-expr.js';

/**
 * A query over several lines, as `prettyExpr` prints it, with its comments above what they are about; what has comments
 * within is split, however short. Throws `ParseError`.
 */
export function formatQuery(text: string, options: ParserOptions = {}): string {
  const expr = parseExpr(text, options);
  const { above, behind } = attachComments(text, expr);
  return [prettyExpr(expr, { comments: above }), ...behind].join('\n');
}
