import type { QueryContext, Route, WebRequest } from '../route.js';
import { queryTimeMs } from './go-time.js';
import { limitOf, optionalTime } from './parameters.js';
import { asQueryParameter } from './query-error.js';
import { queryAnswer, queryOptions, timed } from './query-options.js';

export async function instantQuery(request: WebRequest, web: QueryContext) {
  limitOf(request.form);
  const time = optionalTime(request.form, 'time', undefined);
  const timeMs = time === undefined ? web.ports.clock.nowMs() : queryTimeMs(time);
  const options = queryOptions(request, web);
  const measured = await timed(web, () =>
    asQueryParameter(() => web.ports.engine.instant({ ...options, timeMs })),
  );
  return queryAnswer(request, web, measured);
}

export const queryRoute: Route = {
  name: '/query',
  methods: { GET: instantQuery, POST: instantQuery },
};
