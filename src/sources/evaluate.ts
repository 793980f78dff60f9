import type { Clock, Disk } from '../base/index.js';
import type { Answer } from '../client/index.js';
import { Kernels, loadKernels, reserveMemory } from '../kernels/index.js';
import { answerRows, createEngine, type Expr, parseExpr } from '../promql/index.js';
import { createMemoryStore, type Queryable } from '../storage/index.js';
import { asUserError, parserOptions } from './query-errors.js';

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

export interface Evaluation extends Answer {
  /** Why the answer is empty, where that is known. */
  readonly hints: readonly string[];
}

/** The most that a query may take; untouched memory costs nothing. */
const kernelBytes = 4 * 2 ** 30 - 65_536;

/** An expression's answer from wherever the samples are. Throws UserError, with the place in the query where there is one. */
export async function evaluate(options: EvaluateOptions): Promise<Evaluation> {
  if (options.url !== undefined) return { ...(await askServer(options, options.url)), hints: [] };
  try {
    return await evaluateHere(options);
  } catch (error) {
    throw asUserError(error);
  }
}

async function askServer({ query, times }: EvaluateOptions, url: string): Promise<Answer> {
  // Loaded when there is a server to ask, for a quick start.
  const { askQueryApi } = await import('../client/index.js');
  const seconds = (ms: number): string => String(ms / 1000);
  if ('timeMs' in times) {
    return askQueryApi({ url, endpoint: 'query', form: { query, time: seconds(times.timeMs) } });
  }
  const { startMs, endMs, stepMs } = times;
  const form = { query, start: seconds(startMs), end: seconds(endMs), step: seconds(stepMs) };
  return askQueryApi({ url, endpoint: 'query_range', form });
}

async function evaluateHere(options: EvaluateOptions): Promise<Evaluation> {
  const { query, times, clock, disk } = options;
  // A mistake in the query is said before a directory is read.
  const expr = parseExpr(query, parserOptions);
  const queryable = await openQueryable(options);
  const memory = reserveMemory({ maxBytes: kernelBytes });
  const engine = createEngine({
    kernels: new Kernels(await loadKernels(disk), memory, kernelBytes),
    clock,
    lookbackDeltaMs: 300_000,
    timeoutMs: 120_000,
    maxSamples: 50_000_000,
    defaultStepMs: () => 60_000,
    parserOptions,
  });
  const result =
    'timeMs' in times
      ? await engine.instant({ queryable, query, timeMs: times.timeMs })
      : await engine.range({ queryable, query, ...times });
  const series = answerRows(result);
  return {
    kind: result.value.kind,
    series,
    warnings: result.warnings,
    infos: result.infos,
    hints: series.length > 0 ? [] : await hintsFor(options, { expr, queryable }),
  };
}

async function hintsFor(
  { dataDirectory, times }: EvaluateOptions,
  asked: { readonly expr: Expr; readonly queryable: Queryable },
): Promise<string[]> {
  if (dataDirectory === undefined) {
    return ['there are no series without --url or --data-dir: only expressions of numbers have a value then'];
  }
  const { explainEmpty } = await import('./explain-empty.js');
  const [startMs, endMs] = 'timeMs' in times ? [times.timeMs, times.timeMs] : [times.startMs, times.endMs];
  return explainEmpty({ ...asked, startMs, endMs });
}

async function openQueryable({ dataDirectory, disk, clock }: EvaluateOptions): Promise<Queryable> {
  if (dataDirectory === undefined) return createMemoryStore();
  const { openReadOnly } = await import('../tsdb/index.js');
  return openReadOnly({ directory: dataDirectory, disk, clock });
}
