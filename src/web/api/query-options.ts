import { QueryError, type QueryResult } from '../../promql/index.js';
import type { Queryable } from '../../storage/index.js';
import { type JsonBody, jsonText, resultTypeOf, writeResult } from '../json/index.js';
import type { Answer, QueryContext, WebRequest } from '../route.js';
import { badData, badParameter } from './api-error.js';
import { durationOrError, limitOf, requiredDuration, truncatedWarning } from './parameters.js';

const nanosecondsPerMs = 1_000_000n;

/** What instant and range queries ask of the engine alike. */
export interface QueryOptions {
  readonly query: string;
  readonly queryable: Queryable;
  readonly signal: AbortSignal;
  readonly borrows: boolean;
  readonly timeoutMs?: number;
  readonly lookbackDeltaMs?: number;
}

/** The parameters that instant and range queries share, in upstream's order of checks. */
export function queryOptions({ form, signal }: WebRequest, { ports }: QueryContext): QueryOptions {
  const timeout = form.get('timeout') === '' ? undefined : requiredDuration(form, 'timeout');
  const lookback = lookbackMs(form.get('lookback_delta'));
  // A deadline that has passed fails upstream's start of the query, and just then its end.
  if (timeout !== undefined && timeout < 0n) throw badParameter('query', 'context deadline exceeded');
  if (timeout === 0n) throw new QueryError('timeout', 'query timed out in query execution');
  return {
    query: form.get('query'),
    queryable: ports.queryable,
    signal,
    borrows: ports.borrows === true,
    ...(timeout === undefined ? {} : { timeoutMs: Math.max(Number(timeout) / 1e6, Number.MIN_VALUE) }),
    ...(lookback === 0 ? {} : { lookbackDeltaMs: lookback }),
  };
}

/** 0 when unsaid. */
function lookbackMs(text: string): number {
  if (text === '') return 0;
  const lookback = durationOrError(text);
  if (typeof lookback === 'string') throw badData(`error parsing lookback delta duration: ${lookback}`);
  return Number(lookback / nanosecondsPerMs);
}

/** The answer to a query: cut to `limit`, with upstream's warnings and, when asked for, statistics. */
export function queryAnswer(
  { form }: WebRequest,
  { ports }: QueryContext,
  { result, statistics }: MeasuredResult,
): Answer {
  const { value, truncated } = truncate(result.value, limitOf(form));
  const warnings = [...result.warnings];
  if (truncated) warnings.push(truncatedWarning);
  const stats = form.get('stats');
  if (stats !== '' && stats !== 'true' && stats !== 'all') {
    warnings.push(
      `value ${jsonText(stats)} for parameter "stats" is deprecated and will be rejected in the next major ` +
        'release, use "true" or "all"',
    );
  }
  const data: JsonBody = function* (out) {
    out.text(`{"resultType":"${resultTypeOf(value)}","result":`);
    yield* writeResult(out, value, ports.kernels);
    out.text(stats === '' ? '}' : `,"stats":${statisticsText(statistics)}}`);
  };
  return { kind: 'data', data, warnings, infos: result.infos, release: result.release };
}

type Truncated = { readonly value: QueryResult['value']; readonly truncated: boolean };

function truncate(value: QueryResult['value'], limit: number): Truncated {
  if (limit === 0) return { value, truncated: false };
  if (value.kind === 'matrix' && value.series.length > limit) {
    return { value: { ...value, series: value.series.slice(0, limit) }, truncated: true };
  }
  if (value.kind === 'vector' && value.labels.length > limit) {
    return { value: { ...value, labels: value.labels.slice(0, limit) }, truncated: true };
  }
  return { value, truncated: false };
}

export interface QueryStatistics {
  /** How long the whole evaluation took. */
  readonly seconds: number;
  readonly samples: NonNullable<QueryResult['samples']>;
}

export interface MeasuredResult {
  readonly result: QueryResult;
  readonly statistics: QueryStatistics;
}

function statisticsText({ seconds, samples }: QueryStatistics): string {
  return jsonText({
    timings: {
      evalTotalTime: seconds,
      resultSortTime: 0,
      queryPreparationTime: 0,
      innerEvalTime: seconds,
      execQueueTime: 0,
      execTotalTime: seconds,
    },
    samples: { totalQueryableSamples: samples.total, samplesRead: samples.read, peakSamples: samples.peak },
  });
}

/** Runs a query and measures it; a query that does not parse is a wrong parameter. */
export async function timed(web: QueryContext, run: () => Promise<QueryResult>): Promise<MeasuredResult> {
  const startMs = web.ports.clock.monotonicMs();
  const result = await run();
  const seconds = (web.ports.clock.monotonicMs() - startMs) / 1000;
  return { result, statistics: { seconds, samples: result.samples ?? { total: 0, read: 0, peak: 0 } } };
}
