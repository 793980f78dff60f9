import { formatApiFloat } from '../../base/index.js';
import type { Exemplar, Matcher } from '../../model/index.js';
import { type Expr, expressionsIn } from '../../promql/index.js';
import type { ExemplarSeries } from '../../storage/index.js';
import { ByteWriter, jsonLabels, jsonList } from '../json/index.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { badData } from './api-error.js';
import { isBefore, storageTimeMs } from './go-time.js';
import { optionalTime } from './parameters.js';

async function queryExemplars({ form }: WebRequest, { ports }: WebContext): Promise<Answer> {
  const start = optionalTime(form, 'start', 'min' as const);
  const end = optionalTime(form, 'end', 'max' as const);
  if (isBefore(end, start)) throw badData('end timestamp must not be before start timestamp');
  const expr: Expr = ports.parser.parse(form.get('query'));
  const matcherSets: (readonly Matcher[])[] = expressionsIn(expr)
    .filter((found) => found.kind === 'vector-selector')
    .map(({ matchers }) => matchers);
  if (matcherSets.length === 0) return { kind: 'nothing' };
  const window = { mintMs: storageTimeMs(start), maxtMs: storageTimeMs(end) };
  const querier = ports.queryable.querier(window);
  try {
    const series = await querier.selectExemplars({ ...window, matcherSets });
    return { kind: 'data', data: jsonList(series, seriesText) };
  } finally {
    querier.close();
  }
}

function seriesText({ labels, exemplars }: ExemplarSeries): string {
  return `{"seriesLabels":${jsonLabels(labels)},"exemplars":[${exemplars.map(exemplarText).join(',')}]}`;
}

function exemplarText({ labels, value, timestampMs }: Exemplar): string {
  const out = new ByteWriter(32);
  out.timestamp(timestampMs);
  const time = new TextDecoder().decode(out.take());
  return `{"labels":${jsonLabels(labels)},"value":"${formatApiFloat(value)}","timestamp":${time}}`;
}

export const queryExemplarsRoute: Route = {
  name: '/query_exemplars',
  methods: { GET: queryExemplars, POST: queryExemplars },
};
