import { aggregators, type TokenKind } from '../lexer/index.js';

/** Words that name a metric where an expression is expected. `on`, `bool` and the like are none. */
const kinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  ...aggregators,
  ...(['identifier', 'metric-identifier', 'by', 'without', 'and', 'or', 'unless', 'offset'] as const),
  ...(['fill', 'fill_left', 'fill_right', 'anchored', 'smoothed'] as const),
  ...(['start', 'end', 'step', 'range', 'max_of', 'min_of'] as const),
]);

export function isMetricIdentifier(kind: TokenKind): boolean {
  return kinds.has(kind);
}

const operandSigns: ReadonlySet<TokenKind> = new Set<TokenKind>([
  ...(['number', 'duration', 'string', '(', '{', '+', '-'] as const),
]);

/** Whether an expression can begin with the token. */
export function startsOperand(kind: TokenKind): boolean {
  return operandSigns.has(kind) || isMetricIdentifier(kind);
}
