import { type Clock, type Disk, UserError } from '../base/index.js';
import type { Answer } from '../client/index.js';
import { answerRows, createEngine, ParseError, QueryError, type QueryResult } from '../promql/index.js';
import { createMemoryStore, type Queryable } from '../storage/index.js';

export type EvaluationTimes =
  | { readonly timeMs: number }
  | { readonly startMs: number; readonly endMs: number; readonly stepMs: number };

export interface EvaluateOptions {
  readonly query: string;
  readonly times: EvaluationTimes;
  /** A server to ask; else a data directory to read; else no series at all. */
  readonly url?: string | undefined;
  readonly dataDirectory?: string | undefined;
  readonly disk: Disk;
  readonly clock: Clock;
}

const seconds = (ms: number): string => String(ms / 1000);

/** An expression's answer from wherever the samples are. Throws UserError, with the place in the query where there is one. */
export async function evaluate(options: EvaluateOptions): Promise<Answer> {
  const { query, times, url } = options;
  if (url !== undefined) {
    const { askQueryApi } = await import('../client/index.js');
    return 'timeMs' in times
      ? askQueryApi({ url, endpoint: 'query', form: { query, time: seconds(times.timeMs) } })
      : askQueryApi({
          url,
          endpoint: 'query_range',
          form: {
            query,
            start: seconds(times.startMs),
            end: seconds(times.endMs),
            step: seconds(times.stepMs),
          },
        });
  }
  try {
    const result = await evaluateHere(options);
    return {
      kind: result.value.kind,
      series: answerRows(result),
      warnings: result.warnings,
      infos: result.infos,
    };
  } catch (error) {
    throw asUserError(error);
  }
}

async function evaluateHere({
  query,
  times,
  dataDirectory,
  disk,
  clock,
}: EvaluateOptions): Promise<QueryResult> {
  const queryable: Queryable =
    dataDirectory === undefined
      ? createMemoryStore()
      : await openReadOnly({ directory: dataDirectory, disk, clock });
  const engine = createEngine({
    clock,
    lookbackDeltaMs: 300_000,
    timeoutMs: 120_000,
    maxSamples: 50_000_000,
    defaultStepMs: () => 60_000,
    parserOptions: { experimentalFunctions: true, extendedRangeSelectors: true, fillModifiers: true },
  });
  return 'timeMs' in times
    ? engine.instant({ queryable, query, timeMs: times.timeMs })
    : engine.range({ queryable, query, ...times });
}

/** A mistake in the query as an error with a code frame; an evaluation that failed as its message. */
function asUserError(error: unknown): unknown {
  if (error instanceof ParseError) {
    return new UserError({
      code: 'bad-query',
      message: error.problems[0] ? error.problems[0].message : error.message,
      place: { file: 'query', line: error.line, column: error.column },
      source: error.query,
    });
  }
  if (error instanceof QueryError)
    return new UserError({ code: error.kind, message: error.message, cause: error });
  return error;
}
