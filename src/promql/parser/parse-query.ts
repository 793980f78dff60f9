import type { Labels, Matcher } from '../../model/index.js';
import type { Expr, VectorSelector } from '../ast/index.js';
import { SourceText } from '../lexer/index.js';
import { checkTypes } from './check-types.js';
import type { ParserContext } from './context.js';
import { parseExpression, parseSelectorOnly } from './expression.js';
import { parseLabelSet } from './label-set.js';
import type { ParserOptions } from './options.js';
import { parseErrorOf } from './parse-error.js';
import { ParseAborted, TokenStream } from './token-stream.js';

const defaultMaxLengthBytes = 10 * 1024 * 1024;

/** Throws `ParseError` with every problem found. Bytes that are not UTF-8 are a problem in strings alone. */
export function parseExpr(query: string | Uint8Array, options: ParserOptions = {}): Expr {
  const source = sourceOf(query, options);
  const context = contextOf(source, options);
  const { tokens } = context;
  const expr = parseWhole(tokens, () => {
    if (tokens.peek() !== 'eof') return parseExpression(context);
    tokens.problem({ start: 0, end: 0 }, 'no expression found in input');
    return undefined;
  });
  if (expr !== undefined && tokens.problems.length === 0) checkTypes(tokens, expr);
  if (expr === undefined || tokens.problems.length > 0) throw parseErrorOf(source, tokens.problems);
  return expr;
}

/** The conditions of one instant vector selector, as in `match[]`; the selector may match everything. */
export function parseMetricSelector(
  query: string | Uint8Array,
  options: ParserOptions = {},
): readonly Matcher[] {
  const source = sourceOf(query, options);
  const context = contextOf(source, options);
  const selector = parseWhole<VectorSelector>(context.tokens, () => parseSelectorOnly(context));
  if (selector === undefined || context.tokens.problems.length > 0) {
    throw parseErrorOf(source, context.tokens.problems);
  }
  return selector.matchers;
}

/** The labels of one series, as in `up{job="x"}`. */
export function parseMetric(text: string | Uint8Array, options: ParserOptions = {}): Labels {
  const source = sourceOf(text, options);
  const tokens = new TokenStream(source);
  const labels = parseWhole(tokens, () => parseLabelSet(tokens));
  if (labels === undefined || tokens.problems.length > 0) throw parseErrorOf(source, tokens.problems);
  return labels;
}

export function sourceOf(query: string | Uint8Array, options: ParserOptions): SourceText {
  const maxLengthBytes = options.maxLengthBytes ?? defaultMaxLengthBytes;
  const length = typeof query === 'string' ? Buffer.byteLength(query) : query.length;
  if (length <= maxLengthBytes) return SourceText.from(query);
  const message = `query of ${length} bytes is longer than the limit of ${maxLengthBytes} bytes, shorten it`;
  throw parseErrorOf(SourceText.from('…'), [{ position: { start: 0, end: 0 }, message }]);
}

function contextOf(source: SourceText, options: ParserOptions): ParserContext {
  return { tokens: new TokenStream(source), options, movedInTime: new WeakSet() };
}

/** Runs the start rule up to the end of the text. Undefined when no rule came to its end. */
export function parseWhole<T>(tokens: TokenStream, rule: () => T): T | undefined {
  try {
    const result = tokens.attempt<T | undefined>(rule, () => {
      tokens.unexpected('', '');
      return undefined;
    });
    while (tokens.peek() !== 'stop') {
      if (tokens.peek() === 'eof') tokens.shift();
      else if (tokens.rejectHere()) tokens.unexpected('', '');
    }
    return result;
  } catch (signal) {
    if (!(signal instanceof ParseAborted)) throw signal;
    return undefined;
  }
}
