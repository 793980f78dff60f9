/** What stands in braces: `{a="b", "metric.name"}`. Source: generated_parser.y (label_matchers). */
import { Matcher, type MatchType, metricNameLabel, RegexpSyntaxError } from '../../model/index.js';
import type { PositionRange } from '../ast/index.js';
import type { Token } from '../lexer/index.js';
import { parseCommaList } from './comma-list.js';
import { stringValue } from './literals.js';
import type { TokenStream } from './token-stream.js';

const context = 'label matching';

export interface BracedMatchers {
  readonly matchers: Matcher[];
  readonly position: PositionRange;
}

/** The lookahead is the opening brace. A matcher that was reported is left out. */
export function parseLabelMatchers(tokens: TokenStream): BracedMatchers {
  const matchers: Matcher[] = [];
  const { start } = tokens.shift();
  const { end } = parseCommaList(tokens, '}', context, () => parseMatcher(tokens, matchers));
  return { matchers, position: { start, end } };
}

function parseMatcher(tokens: TokenStream, matchers: Matcher[]): void {
  for (;;) {
    const kind = tokens.peek();
    if (kind === 'identifier' || kind === 'string') break;
    if (tokens.rejectHere()) {
      tokens.unexpected(context, 'identifier or "}"');
      return;
    }
  }
  const token = tokens.shift();
  const text = token.kind === 'string' ? stringValue(tokens, token) : token.text;
  parseMatcherOf(tokens, { ...token, text }, matchers);
}

/** `name` is a label's name; when it was quoted and no operator follows, a metric's. */
function parseMatcherOf(tokens: TokenStream, name: Token, matchers: Matcher[]): void {
  for (;;) {
    const kind = tokens.peek();
    if (kind === '=' || kind === '!=' || kind === '=~' || kind === '!~') {
      tokens.shift();
      parseMatcherValue(tokens, { name, type: kind, matchers });
      return;
    }
    if (name.kind === 'string') {
      matchers.push(new Matcher('=', metricNameLabel, name.text));
      return;
    }
    if (tokens.rejectHere()) {
      tokens.unexpected(context, 'label matching operator');
      return;
    }
  }
}

function parseMatcherValue(
  tokens: TokenStream,
  { name, type, matchers }: { name: Token; type: MatchType; matchers: Matcher[] },
): void {
  while (tokens.peek() !== 'string') {
    if (tokens.rejectHere()) {
      tokens.unexpected(context, 'string');
      return;
    }
  }
  const token = tokens.shift();
  const value = stringValue(tokens, token);
  try {
    matchers.push(new Matcher(type, name.text, value));
  } catch (error) {
    if (!(error instanceof RegexpSyntaxError)) throw error;
    tokens.problem({ start: name.start, end: token.end }, error.message);
  }
}
