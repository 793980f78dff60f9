import { quoteGo } from '../../base/index.js';
import { literalValue } from './literals.js';
import type { SeriesOptions, SeriesValue } from './series-value.js';
import type { TokenStream } from './token-stream.js';

/** What the parsing functions of one series description share. */
export interface SeriesContext {
  readonly tokens: TokenStream;
  readonly options: SeriesOptions;
  /** The histogram read last had its counter reset hint written. */
  counterResetHintSet: boolean;
}

const maxUint64 = 2n ** 64n - 1n;
/** Beyond this a repetition is refused rather than spelt out. */
const maxValues = 10_000_000;

/** A number without sign or fraction, which must come next; 0 for one that was reported. */
export function parseUint(tokens: TokenStream): number {
  const token = tokens.expect('number');
  const isNumber = /^[0-9]+$/.test(token.text);
  if (isNumber && token.text.length <= 20 && BigInt(token.text) <= maxUint64) return Number(token.text);
  const reason = isNumber ? 'value out of range' : 'invalid syntax';
  const error = `strconv.ParseUint: parsing ${quoteGo(token.text)}: ${reason}`;
  tokens.problem(token, `invalid repetition in series values: ${error}`);
  return 0;
}

/** `x3`, which must come next. `count` answers how many values that makes. */
export function parseRepetition(tokens: TokenStream, count: (times: number) => number): number {
  tokens.expect('times');
  const values = count(parseUint(tokens));
  if (values <= maxValues) return values;
  tokens.problem(tokens.last, `series has more than ${maxValues} values, repeat less often`);
  return 0;
}

/** A number, which must come next. */
export function parseUnsigned(tokens: TokenStream): number {
  while (tokens.peek() !== 'number' && tokens.peek() !== 'duration') tokens.reject();
  return literalValue(tokens, tokens.shift());
}

/** A number with or without a sign, which must come next. */
export function parseSigned(tokens: TokenStream): number {
  if (tokens.peek() !== '+' && tokens.peek() !== '-') return parseUnsigned(tokens);
  return tokens.shift().kind === '-' ? -parseUnsigned(tokens) : parseUnsigned(tokens);
}

export function float(value: number): SeriesValue {
  return { kind: 'float', value };
}
