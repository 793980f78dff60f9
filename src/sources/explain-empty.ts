import { didYouMean, formatRfc3339, quoteGo } from '../base/index.js';
import { Matcher } from '../model/index.js';
import { type Expr, expressionsIn, type VectorSelector } from '../promql/index.js';
import { type Querier, type Queryable, SymbolTable } from '../storage/index.js';

const always = { mintMs: Number.NEGATIVE_INFINITY, maxtMs: Number.POSITIVE_INFINITY };
const shownValues = 5;

/** How far back a sample may lie to be an instant's value. */
const lookbackMs = 300_000;

export interface EmptyAnswer {
  readonly expr: Expr;
  readonly queryable: Queryable;
  /** What was asked for. */
  readonly startMs: number;
  readonly endMs: number;
}

/** Why an expression has no series: a sentence for each of its selectors that has something to do with it. */
export async function explainEmpty(answer: EmptyAnswer): Promise<string[]> {
  const { expr, queryable } = answer;
  const querier = queryable.querier(always);
  try {
    const sentences = new Set<string>();
    for (const found of expressionsIn(expr)) {
      if (found.kind !== 'vector-selector') continue;
      const sentence = await explainSelector(found, answer, querier);
      if (sentence !== undefined) sentences.add(sentence);
    }
    if (sentences.size === 0)
      sentences.add('every selector has samples; what filters or joins them left none');
    return [...sentences];
  } finally {
    querier.close();
  }
}

async function explainSelector(
  selector: VectorSelector,
  { startMs, endMs }: EmptyAnswer,
  querier: Querier,
): Promise<string | undefined> {
  const { matchers, at, offsetMs, offsetExpr } = selector;
  const range = await sampleRange(matchers, querier);
  if (range) {
    const isMoved = at !== undefined || offsetMs !== 0 || offsetExpr !== undefined;
    if (!isMoved && range.maxtMs > startMs - lookbackMs && range.mintMs <= endMs) return undefined;
    const [from, to] = [formatRfc3339(range.mintMs), formatRfc3339(range.maxtMs)];
    return `${selectorText(matchers)} has samples from ${from} to ${to}`;
  }
  return explainNoSeries(matchers, querier);
}

function selectorText(matchers: readonly Matcher[]): string {
  const name = matchers.find((matcher) => matcher.name === '__name__' && matcher.type === '=');
  const others = matchers.filter((matcher) => matcher !== name);
  if (!name) return `{${others.join(', ')}}`;
  return others.length > 0 ? `${name.value}{${others.join(', ')}}` : name.value;
}

async function explainNoSeries(matchers: readonly Matcher[], querier: Querier): Promise<string> {
  const name = matchers.find((matcher) => matcher.name === '__name__' && matcher.type === '=');
  const others = matchers.filter((matcher) => matcher !== name);
  if (name && !(await hasSeries([name], querier))) return unknownMetric(name.value, querier);
  const metric = name ? [name] : [];
  for (const matcher of others) {
    if (await hasSeries([...metric, matcher], querier)) continue;
    const values = await valuesOf(matcher.name, metric, querier);
    const where = name ? `the metric "${name.value}" exists, but no series of it has` : 'no series has';
    return `${where} ${matcher}; ${listValues(matcher, values)}`;
  }
  if (others.length < 2) return 'there are no samples at all';
  const subject = name ? `no series of "${name.value}" has` : 'no series has';
  return `${subject} all of ${others.map(String).join(', ')} together`;
}

async function unknownMetric(name: string, querier: Querier): Promise<string> {
  const known = await valuesOf('__name__', [], querier);
  if (known.length === 0) return 'there are no samples at all';
  const meant = didYouMean(name, known);
  const longer = known.filter((other) => other.startsWith(name)).slice(0, shownValues);
  if (meant) return `there is no metric "${name}"; did you mean "${meant}"?`;
  if (longer.length > 0) return `there is no metric "${name}"; there are ${longer.join(', ')}`;
  return `there is no metric "${name}"; there are ${known.length} others`;
}

function listValues({ name, value }: Matcher, values: readonly string[]): string {
  if (values.length === 0) return `none has a label "${name}"`;
  const meant = didYouMean(value, values);
  const first = meant === undefined ? values : [meant, ...values.filter((other) => other !== meant)];
  const shown = first.slice(0, shownValues).map((text) => quoteGo(text));
  const more = values.length - shown.length;
  return `its values are ${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

async function hasSeries(matchers: readonly Matcher[], querier: Querier): Promise<boolean> {
  return (await valuesOf('__name__', matchers, querier)).length > 0;
}

async function valuesOf(
  label: string,
  matchers: readonly Matcher[],
  querier: Querier,
): Promise<readonly string[]> {
  // A selector must have a condition that not everything fulfils.
  const selector = matchers.some((matcher) => !matcher.matchesEmpty)
    ? matchers
    : [...matchers, new Matcher('!=', '__name__', '')];
  const { values } = await querier.labelValues(label, { ...always, matcherSets: [selector] });
  return values;
}

async function sampleRange(matchers: readonly Matcher[], querier: Querier) {
  const set = querier.select({ ...always, matchers, symbols: new SymbolTable(), sorted: false });
  let mintMs = Number.POSITIVE_INFINITY;
  let maxtMs = Number.NEGATIVE_INFINITY;
  try {
    while (await set.next()) {
      const { timestamps, length } = set.columns;
      if (length === 0) continue;
      mintMs = Math.min(mintMs, timestamps[0] as number);
      maxtMs = Math.max(maxtMs, timestamps[length - 1] as number);
    }
  } finally {
    set.close();
  }
  return mintMs <= maxtMs ? { mintMs, maxtMs } : undefined;
}
