import { parseDuration, quoteGo, unquoteGo } from '../../base/index.js';
import type { NumberLiteral } from '../ast/index.js';
import type { Token } from '../lexer/index.js';
import type { Draft } from './draft.js';
import { parseNumber } from './parse-number.js';
import { rangeOf, type TokenStream } from './token-stream.js';

/** A number or duration token, accepted; a duration's value is in seconds. */
export function parseNumberLiteral(tokens: TokenStream): Draft<NumberLiteral> {
  const token = tokens.shift();
  const isDuration = token.kind === 'duration';
  return { kind: 'number', value: literalValue(tokens, token), isDuration, position: rangeOf(token) };
}

/** The value of a number or duration token; for one that was reported, what upstream goes on with. */
export function literalValue(tokens: TokenStream, token: Token): number {
  if (token.kind === 'duration') {
    const parsed = parseDuration(token.text);
    if (!parsed.ok) tokens.problem(token, parsed.error);
    return parsed.ok ? secondsOf(parsed.ms) : 0;
  }
  const parsed = parseNumber(token.text);
  if (!parsed.ok) tokens.problem(token, `error parsing number: ${parsed.error}`);
  return parsed.value;
}

/** Whole seconds and the fraction are added as doubles, as Go does. */
function secondsOf(ms: number): number {
  return Math.trunc(ms / 1000) + ((ms % 1000) * 1e6) / 1e9;
}

/** The value of a string token; "" for one that was reported. */
export function stringValue(tokens: TokenStream, token: Token): string {
  const value = unquoteGo(token.text);
  if (value === undefined) {
    tokens.problem(token, `error unquoting string ${quoteGo(token.text)}: invalid syntax`);
  }
  return value ?? '';
}

const maxSeconds = 2 ** 63 / 1e9;

/** Whether seconds do not fit into 64 bits of nanoseconds. */
export function isOutOfRange(seconds: number): boolean {
  return seconds > maxSeconds || seconds < -maxSeconds;
}
