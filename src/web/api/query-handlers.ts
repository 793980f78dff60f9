import type { QueryHandler } from '../route.js';
import { labelValues } from './label-values.js';
import { labelNames } from './labels.js';
import { instantQuery } from './query.js';
import { rangeQuery } from './query-range.js';
import { series } from './series.js';

/**
 * Routes that read samples and labels alone, whatever the method: they may be answered on another thread. Each has read
 * all that it needs, and closed its querier, when it answers.
 */
export const queryHandlers: ReadonlyMap<string, QueryHandler> = new Map<string, QueryHandler>([
  ['/api/v1/query', instantQuery],
  ['/api/v1/query_range', rangeQuery],
  ['/api/v1/series', series],
  ['/api/v1/labels', labelNames],
  ['/api/v1/label/:name/values', labelValues],
]);
