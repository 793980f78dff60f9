import { jsonString } from '../../base/index.js';
import type { LabelAnswer, LabelRequest, Querier } from '../../storage/index.js';
import { jsonList } from '../json/index.js';
import type { Answer, QueryContext, Route, WebRequest } from '../route.js';
import { matcherSets } from './matchers.js';
import { hintLimit, limitOf, timeWindow, truncatedWarning } from './parameters.js';

/** Asks a querier for names or values under `start`, `end`, `match[]` and `limit`. */
export async function labelAnswer(
  { form }: WebRequest,
  { ports }: QueryContext,
  ask: (querier: Querier, request: LabelRequest) => Promise<LabelAnswer>,
): Promise<Answer> {
  const limit = limitOf(form);
  const window = timeWindow(form);
  const sets = matcherSets(form.all('match[]'), ports.parser);
  const querier = ports.queryable.querier(window);
  try {
    const answer = await ask(querier, { ...window, matcherSets: sets, limit: hintLimit(limit) });
    const truncated = limit > 0 && answer.values.length > limit;
    return {
      kind: 'data',
      data: jsonList(truncated ? answer.values.slice(0, limit) : answer.values, jsonString),
      warnings: truncated ? [...answer.warnings, truncatedWarning] : answer.warnings,
    };
  } finally {
    querier.close();
  }
}

export function labelNames(request: WebRequest, web: QueryContext): Promise<Answer> {
  return labelAnswer(request, web, (querier, ask) => querier.labelNames(ask));
}

export const labelsRoute: Route = { name: '/labels', methods: { GET: labelNames, POST: labelNames } };
