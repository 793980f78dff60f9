import type { NamedCount } from '../../storage/index.js';
import { type JsonValue, jsonBody } from '../json/index.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { badData } from './api-error.js';
import { parseInteger } from './parameters.js';

const defaultLimit = 10;
const maxLimit = 10_000;
const maxInt64 = 2n ** 63n - 1n;

function statusTsdb({ form }: WebRequest, { ports }: WebContext): Answer {
  const text = form.get('limit');
  const limit = text === '' ? defaultLimit : parseInteger(text);
  if (typeof limit === 'string' || limit < 1) throw badData('limit must be a positive number');
  if (limit > maxLimit) throw badData(`limit must not exceed ${maxLimit}`);
  const stats = ports.cardinality(limit);
  const data = jsonBody({
    headStats: {
      numSeries: stats.seriesCount,
      numLabelPairs: stats.labelPairCount,
      chunkCount: stats.chunkCount,
      minTime: stats.mintMs === Number.POSITIVE_INFINITY ? maxInt64 : stats.mintMs,
      maxTime: stats.maxtMs === Number.NEGATIVE_INFINITY ? -maxInt64 - 1n : stats.maxtMs,
    },
    seriesCountByMetricName: counts(stats.seriesCountByMetricName),
    labelValueCountByLabelName: counts(stats.labelValueCountByLabelName),
    memoryInBytesByLabelName: counts(stats.memoryInBytesByLabelName),
    seriesCountByLabelValuePair: counts(stats.seriesCountByLabelValuePair),
  });
  return { kind: 'data', data };
}

function counts(list: readonly NamedCount[]): JsonValue[] {
  return list.map(({ name, value }) => ({ name, value }));
}

export const statusTsdbRoute: Route = { name: '/status/tsdb', methods: { GET: statusTsdb } };
