/**
 * The notation of rule tests: `up{job="x"} 1 2 3+1x4 _ stale`. Source: generated_parser.y
 * (series_description).
 */
import type { Histogram } from '../../model/index.js';
import { parseLabelSet } from './label-set.js';
import { parseErrorOf } from './parse-error.js';
import { parseWhole, sourceOf } from './parse-query.js';
import { float, parseRepetition, parseSigned, parseUnsigned, type SeriesContext } from './series-context.js';
import { parseHistogram } from './series-histogram.js';
import type { SeriesDescription, SeriesOptions, SeriesValue } from './series-value.js';
import { TokenStream } from './token-stream.js';

const omitted: SeriesValue = { kind: 'omitted' };
const stale: SeriesValue = { kind: 'stale' };

/** Throws `ParseError`. A repeated value stands in the result once more than it is repeated: for time 0. */
export function parseSeriesDescription(
  text: string | Uint8Array,
  options: SeriesOptions = {},
): SeriesDescription {
  const source = sourceOf(text, options);
  const tokens = new TokenStream(source, { inSeries: true });
  const context: SeriesContext = { tokens, options, counterResetHintSet: false };
  const series = parseWhole(tokens, () => ({ labels: parseLabelSet(tokens), values: parseValues(context) }));
  if (series === undefined || tokens.problems.length > 0) throw parseErrorOf(source, tokens.problems);
  return series;
}

function parseValues(context: SeriesContext): SeriesValue[] {
  const { tokens } = context;
  let values: SeriesValue[] = [];
  while (!['space', 'eof', 'stop'].includes(tokens.peek())) {
    if (!tokens.rejectHere()) continue;
    tokens.unexpected('series values', '');
    break;
  }
  const recover = (): void => {
    tokens.unexpected('series values', '');
    values = [];
  };
  while (tokens.peek() === 'space') {
    tokens.attempt(() => {
      tokens.shift();
      parseItem(context, values);
    }, recover);
  }
  return values;
}

/** Nothing, where no item begins: spaces may be repeated. */
function parseItem(context: SeriesContext, values: SeriesValue[]): void {
  const { tokens } = context;
  switch (tokens.peek()) {
    case 'blank':
      tokens.shift();
      parseRepeated(tokens, { value: omitted, values, extra: 0 });
      break;
    case 'identifier':
      if (tokens.shift().text !== 'stale') tokens.unexpected('series values', 'number or "stale"');
      parseFloats(tokens, { first: stale, start: Number.NaN, values });
      break;
    case 'number':
    case 'duration':
    case '+':
    case '-': {
      const start = parseSigned(tokens);
      parseFloats(tokens, { first: float(start), start, values });
      break;
    }
    case '{{':
      parseHistograms(context, values);
      break;
  }
}

/** Once, or as often as a repetition says and `extra` times more. */
function parseRepeated(
  tokens: TokenStream,
  { value, values, extra }: { value: SeriesValue; values: SeriesValue[]; extra: 0 | 1 },
): void {
  const count = tokens.peek() === 'times' ? parseRepetition(tokens, (times) => times + extra) : 1;
  for (let i = 0; i < count; i++) values.push(value);
}

function parseFloats(
  tokens: TokenStream,
  { first, start, values }: { first: SeriesValue; start: number; values: SeriesValue[] },
): void {
  const sign = tokens.peek();
  if (sign !== '+' && sign !== '-') {
    parseRepeated(tokens, { value: first, values, extra: 1 });
    return;
  }
  tokens.shift();
  const step = sign === '-' ? -parseUnsigned(tokens) : parseUnsigned(tokens);
  const count = parseRepetition(tokens, (times) => times + 1);
  let value = start;
  for (let i = 0; i < count; i++) {
    values.push(i === 0 ? first : float(value));
    value += step;
  }
}

function parseHistograms(context: SeriesContext, values: SeriesValue[]): void {
  const { tokens } = context;
  const base = parseHistogram(context);
  const sign = tokens.peek();
  if (sign !== '+' && sign !== '-') {
    parseRepeated(tokens, { value: histogramValue(context, base), values, extra: 1 });
    return;
  }
  tokens.shift();
  while (tokens.peek() !== '{{') tokens.reject();
  const step = parseHistogram(context);
  const count = parseRepetition(tokens, (times) => times + 1);
  if (count > 0) values.push(histogramValue(context, base));
  let current = base;
  for (let i = 1; i < count; i++) {
    const combined = combine(context, { op: sign === '+' ? 'add' : 'subtract', base: current, step });
    if (typeof combined === 'string') {
      tokens.problem(tokens.last, combined);
      return;
    }
    current = combined;
    values.push(histogramValue(context, current));
  }
}

function combine(
  { options }: SeriesContext,
  { op, base, step }: { op: 'add' | 'subtract'; base: Histogram; step: Histogram },
): Histogram | string {
  if (base.schema > step.schema) {
    return `error combining histograms: cannot merge from schema ${step.schema} to ${base.schema}`;
  }
  return options.combineHistograms?.(op, base, step) ?? 'histograms cannot be combined here';
}

/** Upstream takes the hint's mark from the histogram read last, for the first one of a repetition too. */
function histogramValue({ counterResetHintSet }: SeriesContext, histogram: Histogram): SeriesValue {
  return { kind: 'histogram', histogram, counterResetHintSet };
}
