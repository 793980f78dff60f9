/** The words of PromQL. Source: promql/parser/lex.go. */
import { quoteGo } from '../../base/index.js';

const punctuation = [
  ...['{{', '}}', '(', ')', '{', '}', '[', ']', ',', '=', ':', ';', 'blank', 'times', 'space'],
] as const;
const operators = [
  ...['-', '+', '*', '%', '/', '==', '!=', '<=', '<', '>=', '>', '</', '>/', '=~', '!~', '^', '@'],
  ...['and', 'or', 'unless', 'atan2'],
] as const;
export const aggregators = [
  ...['sum', 'avg', 'count', 'min', 'max', 'group', 'stddev', 'stdvar', 'topk', 'bottomk', 'count_values'],
  ...['quantile', 'limitk', 'limit_ratio'],
] as const;
const keywords = [
  ...['offset', 'smoothed', 'anchored', 'by', 'without', 'on', 'ignoring', 'group_left', 'group_right'],
  ...['fill', 'fill_left', 'fill_right', 'bool'],
] as const;
const preprocessors = ['start', 'end', 'step', 'range', 'max_of', 'min_of'] as const;
const histogramKeys = [
  ...['sum', 'count', 'schema', 'offset', 'n_offset', 'buckets', 'n_buckets', 'z_bucket', 'z_bucket_w'],
  ...['custom_values', 'counter_reset_hint'],
] as const;
const resetHints = ['unknown', 'reset', 'not_reset', 'gauge'] as const;

export type AggregatorKind = (typeof aggregators)[number];
export type HistogramKey = (typeof histogramKeys)[number];
export type ResetHint = (typeof resetHints)[number];

/**
 * What a token is: punctuation, operators and keywords by their text, the rest by name. `histogram:…` and
 * `hint:…` are the words of native histograms in series descriptions. `stop` stands behind `eof` and behind
 * every error.
 */
export type TokenKind =
  | (typeof punctuation)[number]
  | (typeof operators)[number]
  | AggregatorKind
  | (typeof keywords)[number]
  | (typeof preprocessors)[number]
  | `histogram:${HistogramKey}`
  | `hint:${ResetHint}`
  | 'identifier'
  | 'metric-identifier'
  | 'number'
  | 'duration'
  | 'string'
  | 'comment'
  | 'error'
  | 'eof'
  | 'stop';

/** Positions are byte offsets. An error's text is its message, its range reaches to the end of the input. */
export interface Token {
  readonly kind: TokenKind;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

const punctuationKinds: ReadonlySet<TokenKind> = new Set(punctuation);
const operatorKinds: ReadonlySet<TokenKind> = new Set(operators);
const aggregatorKinds: ReadonlySet<TokenKind> = new Set(aggregators);
const keywordKinds: ReadonlySet<TokenKind> = new Set(keywords);
const preprocessorKinds: ReadonlySet<TokenKind> = new Set(preprocessors);

function wordTable(): ReadonlyMap<string, TokenKind> {
  const table = new Map<string, TokenKind>();
  for (const word of ['and', 'or', 'unless', 'atan2'] as const) table.set(word, word);
  for (const list of [aggregators, keywords, preprocessors]) for (const word of list) table.set(word, word);
  for (const word of ['inf', 'nan']) table.set(word, 'number');
  return table;
}

/** Words that are not identifiers, in lower case; they are written in any case. */
export const wordKinds: ReadonlyMap<string, TokenKind> = wordTable();

export const durationWords: ReadonlyMap<string, TokenKind> = new Map(
  (['step', 'range', 'max_of', 'min_of'] as const).map((word) => [word, word]),
);

export const histogramWords: ReadonlyMap<string, TokenKind> = new Map(
  histogramKeys.map((word) => [word, `histogram:${word}`]),
);

export const resetHintWords: ReadonlyMap<string, TokenKind> = new Map(
  resetHints.map((word) => [word, `hint:${word}`]),
);

export function isAggregator(kind: TokenKind): kind is AggregatorKind {
  return aggregatorKinds.has(kind);
}

/**
 * goyacc's numbers of the tokens that upstream's messages print as `<Item n>`, for want of a text of their
 * own.
 */
const firstHistogramItem = 57370;
const firstResetHintItem = 57445;

/** Names the token in "unexpected …" messages, as upstream's Item.desc. */
export function describeToken(token: Token): string {
  const { kind } = token;
  if (kind === 'eof' || kind === 'stop') return 'end of input';
  if (punctuationKinds.has(kind) || preprocessorKinds.has(kind)) return quoteToken(token.text);
  if (keywordKinds.has(kind)) return `<${token.text}>`;
  if (operatorKinds.has(kind)) return `<op:${token.text}>`;
  if (aggregatorKinds.has(kind)) return `<aggr:${token.text}>`;
  if (kind === 'identifier') return `identifier ${quoteGo(token.text)}`;
  if (kind === 'metric-identifier') return `metric identifier ${quoteGo(token.text)}`;
  return `${describeKind(kind)} ${quoteToken(token.text)}`;
}

function describeKind(kind: TokenKind): string {
  if (kind.startsWith('histogram:')) {
    return `"<Item ${firstHistogramItem + histogramKeys.indexOf(kind.slice(10) as HistogramKey)}>"`;
  }
  if (kind.startsWith('hint:')) {
    return `"<Item ${firstResetHintItem + resetHints.indexOf(kind.slice(5) as ResetHint)}>"`;
  }
  return kind;
}

const maxQuotedBytes = 10;

/** Quoted; a text longer than ten bytes is cut to ten characters. */
function quoteToken(text: string): string {
  if (text.length <= maxQuotedBytes / 4 || Buffer.byteLength(text) <= maxQuotedBytes) return quoteGo(text);
  return `${quoteGo([...text.slice(0, 2 * maxQuotedBytes)].slice(0, maxQuotedBytes).join(''))}...`;
}
