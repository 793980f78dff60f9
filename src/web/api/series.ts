import type { Matcher } from '../../model/index.js';
import { type LabelIds, type Querier, SymbolTable, type TimeWindow } from '../../storage/index.js';
import { jsonList, LabelTexts } from '../json/index.js';
import type { Answer, QueryContext, Route, WebRequest } from '../route.js';
import { badData, badParameter } from './api-error.js';
import { matcherSets } from './matchers.js';
import { hintLimit, limitOf, timeWindow, truncatedWarning } from './parameters.js';

export async function series(request: WebRequest, { ports }: QueryContext): Promise<Answer> {
  const { form } = request;
  if (form.error !== undefined) throw badData(`error parsing form values: ${form.error}`);
  if (form.all('match[]').length === 0) throw badData('no match[] parameter provided');
  const limit = limitOf(form);
  const window = timeWindow(form);
  const sets = matcherSets(form.all('match[]'), ports.parser, (message) => badParameter('match[]', message));
  const querier = ports.queryable.querier(window);
  try {
    const symbols = new SymbolTable();
    const found = await collect({ querier, sets, window, limit, request, symbols });
    const texts = new LabelTexts(symbols);
    const truncated = limit > 0 && found.labels.length > limit;
    return {
      kind: 'data',
      data: jsonList(truncated ? found.labels.slice(0, limit) : found.labels, (ids) => texts.text(ids)),
      warnings: truncated ? [...found.warnings, truncatedWarning] : found.warnings,
    };
  } finally {
    querier.close();
  }
}

interface Search {
  readonly querier: Querier;
  readonly sets: readonly (readonly Matcher[])[];
  readonly window: TimeWindow;
  readonly limit: number;
  readonly request: WebRequest;
  readonly symbols: SymbolTable;
}

/** Label sets of all selectors, none twice, in label order; one more than the limit where there are more. */
async function collect(search: Search): Promise<{ labels: LabelIds[]; warnings: string[] }> {
  const { querier, sets, window, limit, symbols } = search;
  const isOne = sets.length === 1;
  const labels: LabelIds[] = [];
  const known = new Set<string>();
  const warnings = new Set<string>();
  for (const matchers of sets) {
    const hints = { func: 'series' };
    const set = querier.select({
      ...window,
      matchers,
      symbols,
      // Several blocks are asked in order, which is seen where not all of the answer is given.
      sorted: !isOne || limit > 0,
      limit: hintLimit(limit),
      hints,
    });
    try {
      let more = set.next();
      for (let count = 0; more instanceof Promise ? await more : more; count++) {
        if (count % 128 === 0) throwIfGone(search.request);
        // A selector names no series twice.
        if (isOne || isNew(known, set.labels)) labels.push(set.labels);
        if (limit > 0 && labels.length > limit && isOne) break;
        more = set.next();
      }
      for (const warning of set.warnings) warnings.add(warning);
    } finally {
      set.close();
    }
  }
  return { labels: isOne ? labels : inLabelOrder(labels, symbols), warnings: [...warnings] };
}

function isNew(known: Set<string>, ids: LabelIds): boolean {
  const { size } = known;
  return known.add(ids.join()).size > size;
}

function inLabelOrder(ids: readonly LabelIds[], symbols: SymbolTable): LabelIds[] {
  return ids
    .map((each) => ({ each, labels: symbols.labels(each) }))
    .sort((a, b) => a.labels.compare(b.labels))
    .map(({ each }) => each);
}

function throwIfGone({ interrupted, signal }: WebRequest): void {
  interrupted?.();
  signal.throwIfAborted();
}

export const seriesRoute: Route = { name: '/series', methods: { GET: series, POST: series } };
