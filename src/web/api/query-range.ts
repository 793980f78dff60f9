import { QueryError } from '../../promql/index.js';
import type { QueryContext, Route, WebRequest } from '../route.js';
import { badData, badParameter } from './api-error.js';
import { isBefore, nanosecondsBetween, queryTimeMs } from './go-time.js';
import { limitOf, requiredDuration, requiredTime } from './parameters.js';
import { asQueryParameter } from './query-error.js';
import { queryAnswer, queryOptions, timed } from './query-options.js';

/** For a week in steps of a minute, or a year in steps of an hour. */
const maxSteps = 11_000n;

export async function rangeQuery(request: WebRequest, web: QueryContext) {
  const { form } = request;
  limitOf(form);
  const start = requiredTime(form, 'start');
  const end = requiredTime(form, 'end');
  if (isBefore(end, start)) throw badParameter('end', 'end timestamp must not be before start time');
  const step = requiredDuration(form, 'step');
  if (step <= 0n) {
    throw badParameter(
      'step',
      'zero or negative query resolution step widths are not accepted. Try a positive integer',
    );
  }
  if (nanosecondsBetween(start, end) / step > maxSteps) {
    throw badData(
      'exceeded maximum resolution of 11,000 points per timeseries. ' +
        'Try decreasing the query resolution (?step=XX)',
    );
  }
  const options = queryOptions(request, web);
  const range = {
    startMs: queryTimeMs(start),
    endMs: queryTimeMs(end),
    stepMs: Number(step / 1_000_000n),
  };
  if (range.stepMs === 0) {
    // Upstream divides by the step in milliseconds, once the query has parsed.
    await asQueryParameter(() => web.ports.parser.parse(options.query));
    throw new QueryError('execution', 'unexpected error: runtime error: integer divide by zero');
  }
  const measured = await timed(web, () =>
    asQueryParameter(() => web.ports.engine.range({ ...options, ...range })),
  );
  return queryAnswer(request, web, measured);
}

export const queryRangeRoute: Route = {
  name: '/query_range',
  methods: { GET: rangeQuery, POST: rangeQuery },
};
