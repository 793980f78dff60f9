/** `(a, "b.c")` behind by, without, on, ignoring, group_left, group_right. Source: generated_parser.y. */
import { quoteGo } from '../../base/index.js';
import { isLabelName } from '../../model/index.js';
import { aggregators, type TokenKind } from '../lexer/index.js';
import { parseCommaList } from './comma-list.js';
import { stringValue } from './literals.js';
import type { TokenStream } from './token-stream.js';

const context = 'grouping opts';

/** Keywords that may be label names here; `without` is none. */
const labelKinds: ReadonlySet<TokenKind> = new Set<TokenKind>([
  ...aggregators,
  ...(['identifier', 'metric-identifier', 'and', 'or', 'unless', 'atan2', 'bool', 'by', 'on'] as const),
  ...(['ignoring', 'group_left', 'group_right', 'fill', 'fill_left', 'fill_right', 'offset'] as const),
  ...(['anchored', 'smoothed', 'start', 'end', 'step', 'range', 'max_of', 'min_of'] as const),
]);

export function parseGroupingLabels(tokens: TokenStream): string[] {
  while (tokens.peek() !== '(') {
    if (!tokens.rejectHere()) continue;
    tokens.unexpected(context, '"("');
    return [];
  }
  tokens.shift();
  const labels: string[] = [];
  parseCommaList(tokens, ')', context, () => parseLabel(tokens, labels));
  return labels;
}

function parseLabel(tokens: TokenStream, labels: string[]): void {
  for (;;) {
    const kind = tokens.peek();
    if (kind === 'string' || labelKinds.has(kind)) break;
    if (tokens.rejectHere()) {
      tokens.unexpected(context, 'label');
      return;
    }
  }
  const token = tokens.shift();
  const name = token.kind === 'string' ? stringValue(tokens, token) : token.text;
  if (!isLabelName(name)) {
    tokens.problem(token, `invalid label name for grouping: ${quoteGo(name)}`);
  }
  labels.push(name);
}
