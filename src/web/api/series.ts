import type { Labels, Matcher } from '../../model/index.js';
import { type Querier, SymbolTable, type TimeWindow } from '../../storage/index.js';
import { jsonLabels, jsonList } from '../json/index.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { badData, badParameter } from './api-error.js';
import { matcherSets } from './matchers.js';
import { hintLimit, limitOf, timeWindow, truncatedWarning } from './parameters.js';

async function series(request: WebRequest, { ports }: WebContext): Promise<Answer> {
  const { form, signal } = request;
  if (form.error !== undefined) throw badData(`error parsing form values: ${form.error}`);
  if (form.all('match[]').length === 0) throw badData('no match[] parameter provided');
  const limit = limitOf(form);
  const window = timeWindow(form);
  const sets = matcherSets(form.all('match[]'), ports.parser, (message) => badParameter('match[]', message));
  const querier = ports.queryable.querier(window);
  try {
    const found = await collect({ querier, sets, window, limit, signal });
    const truncated = limit > 0 && found.labels.length > limit;
    return {
      kind: 'data',
      data: jsonList(truncated ? found.labels.slice(0, limit) : found.labels, jsonLabels),
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
  readonly signal: AbortSignal;
}

/** Label sets of all selectors, none twice, in label order; one more than the limit where there are more. */
async function collect(search: Search): Promise<{ labels: Labels[]; warnings: string[] }> {
  const { querier, sets, window, limit, signal } = search;
  const symbols = new SymbolTable();
  const labels = new Map<string, Labels>();
  const warnings = new Set<string>();
  for (const matchers of sets) {
    const hints = { func: 'series' };
    const request = { ...window, matchers, symbols, sorted: sets.length > 1, limit: hintLimit(limit), hints };
    const set = querier.select(request);
    try {
      let more = set.next();
      for (let count = 0; more instanceof Promise ? await more : more; count++) {
        if (count % 128 === 0) signal.throwIfAborted();
        const found = symbols.labels(set.labels);
        labels.set(found.key(), found);
        if (limit > 0 && labels.size > limit && sets.length === 1) break;
        more = set.next();
      }
      for (const warning of set.warnings) warnings.add(warning);
    } finally {
      set.close();
    }
  }
  const all = [...labels.values()];
  if (sets.length > 1) all.sort((a, b) => a.compare(b));
  return { labels: all, warnings: [...warnings] };
}

export const seriesRoute: Route = { name: '/series', methods: { GET: series, POST: series } };
