/**
 * `{{schema:0 sum:5 count:4 buckets:[1 2 1]}}`. Source: generated_parser.y, parse.go (buildHistogramFromMap).
 */
import { type CounterResetHint, customBucketsSchema, type Histogram, type Span } from '../../model/index.js';
import type { HistogramKey, ResetHint, TokenKind } from '../lexer/index.js';
import { parseSigned, parseUint, parseUnsigned, type SeriesContext } from './series-context.js';
import type { TokenStream } from './token-stream.js';

/** What was written for each key. */
interface Description {
  readonly numbers: Map<HistogramKey, number>;
  readonly lists: Map<HistogramKey, readonly number[]>;
  hint: CounterResetHint | undefined;
}

/** The lookahead is `{{`. */
export function parseHistogram(context: SeriesContext): Histogram {
  const { tokens } = context;
  const description: Description = { numbers: new Map(), lists: new Map(), hint: undefined };
  tokens.shift();
  if (tokens.peek() === 'space') {
    tokens.shift();
    tokens.expect('}}');
  } else if (tokens.peek() === '}}') {
    tokens.shift();
  } else {
    parseField(tokens, description);
    while (parseNextField(tokens, description));
  }
  context.counterResetHintSet = description.hint !== undefined;
  return histogramOf(description);
}

/** False behind the closing braces. From the second field on, what does not fit is named a field. */
function parseNextField(tokens: TokenStream, description: Description): boolean {
  return tokens.attempt(
    () => {
      while (tokens.peek() !== 'space' && tokens.peek() !== '}}') tokens.reject();
      if (tokens.shift().kind === '}}') return false;
      if (tokens.peek() === '}}') {
        tokens.shift();
        return false;
      }
      parseField(tokens, description);
      return true;
    },
    () => {
      const expected = 'histogram description key, e.g. buckets:[5 10 7]';
      tokens.unexpected('histogram description', expected);
      return true;
    },
  );
}

function keyOf(kind: TokenKind): HistogramKey | undefined {
  return kind.startsWith('histogram:') ? (kind.slice('histogram:'.length) as HistogramKey) : undefined;
}

function hintOf(kind: TokenKind): ResetHint | undefined {
  return kind.startsWith('hint:') ? (kind.slice('hint:'.length) as ResetHint) : undefined;
}

const hints = {
  unknown: 'unknown',
  reset: 'reset',
  not_reset: 'not-reset',
  gauge: 'gauge',
} as const satisfies Record<ResetHint, CounterResetHint>;

function parseField(tokens: TokenStream, description: Description): void {
  let key = keyOf(tokens.peek());
  for (; key === undefined; key = keyOf(tokens.peek())) tokens.reject();
  tokens.shift();
  tokens.expect(':');
  const { numbers, lists } = description;
  switch (key) {
    case 'schema':
    case 'offset':
    case 'n_offset':
      setOnce(tokens, { key, value: parseInteger(tokens), map: numbers });
      break;
    case 'sum':
    case 'count':
    case 'z_bucket':
      setOnce(tokens, { key, value: parseSigned(tokens), map: numbers });
      break;
    case 'z_bucket_w':
      setOnce(tokens, { key, value: parseUnsigned(tokens), map: numbers });
      break;
    case 'buckets':
    case 'n_buckets':
    case 'custom_values':
      setOnce(tokens, { key, value: parseList(tokens), map: lists });
      break;
    case 'counter_reset_hint': {
      const hint = parseHint(tokens);
      if (description.hint === undefined) description.hint = hint;
      else reportDuplicate(tokens, key);
    }
  }
}

function setOnce<T>(
  tokens: TokenStream,
  field: { key: HistogramKey; value: T; map: Map<HistogramKey, T> },
): void {
  const { key, value, map } = field;
  if (map.has(key)) reportDuplicate(tokens, key);
  else map.set(key, value);
}

function reportDuplicate(tokens: TokenStream, key: HistogramKey): void {
  tokens.problem({ start: 0, end: 0 }, `duplicate key "${key}" in histogram`);
}

function parseInteger(tokens: TokenStream): number {
  if (tokens.peek() !== '-') return parseUint(tokens);
  tokens.shift();
  return -parseUint(tokens);
}

function parseHint(tokens: TokenStream): CounterResetHint {
  let hint = hintOf(tokens.peek());
  for (; hint === undefined; hint = hintOf(tokens.peek())) tokens.reject();
  tokens.shift();
  return hints[hint];
}

/** `[1 2 3]`. What does not fit between the numbers is dropped, unreported. */
function parseList(tokens: TokenStream): readonly number[] {
  tokens.expect('[');
  const values = [parseSigned(tokens)];
  const next = (): boolean => {
    while (tokens.peek() !== 'space' && tokens.peek() !== ']') tokens.reject();
    if (tokens.shift().kind === ']') return false;
    if (tokens.peek() === ']') {
      tokens.shift();
      return false;
    }
    values.push(parseSigned(tokens));
    return true;
  };
  while (tokens.attempt(next, () => true));
  return values;
}

function histogramOf({ numbers, lists, hint }: Description): Histogram {
  const schema = (numbers.get('schema') ?? 0) | 0;
  const custom = lists.get('custom_values') ?? (schema === customBucketsSchema ? [] : undefined);
  const positive = lists.get('buckets') ?? [];
  const negative = lists.get('n_buckets') ?? [];
  return {
    integer: false,
    counterResetHint: hint ?? 'unknown',
    schema,
    zeroThreshold: numbers.get('z_bucket_w') ?? 0,
    zeroCount: numbers.get('z_bucket') ?? 0,
    count: numbers.get('count') ?? 0,
    sum: numbers.get('sum') ?? 0,
    stale: false,
    positiveSpans: spansOf(positive.length, numbers.get('offset')),
    negativeSpans: spansOf(negative.length, numbers.get('n_offset')),
    positiveBuckets: Float64Array.from(positive),
    negativeBuckets: Float64Array.from(negative),
    customValues: custom === undefined ? undefined : Float64Array.from(custom),
  };
}

function spansOf(length: number, offset = 0): Span[] {
  return length === 0 ? [] : [{ offset: offset | 0, length }];
}
