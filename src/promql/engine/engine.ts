import { assert, type Clock } from '../../base/index.js';
import { KernelMemoryError, KernelScope, type Kernels } from '../../kernels/index.js';
import { type Queryable, SymbolTable } from '../../storage/index.js';
import type { Expr } from '../ast/index.js';
import { QueryError } from '../errors.js';
import { buildPlan, type Plan } from '../planner/index.js';
import type { QueryResult, QueryValue } from '../value.js';
import { Annotations } from './annotations.js';
import type { Evaluation, FunctionTable } from './evaluation.js';
import { executePlan } from './execute-plan.js';
import { GridTimes } from './grid-times.js';
import { LabelTools } from './label-tools.js';
import { QueryGate } from './query-gate.js';
import { QueryGuard } from './query-guard.js';
import { queryValue, rangeSelectValue } from './query-value.js';
import { Turns } from './turns.js';

export interface EngineSettings {
  readonly clock: Clock;
  /** Where queries are evaluated; one instance may serve several engines of a thread. */
  readonly kernels: Kernels;
  /** What one query may hold in the memory of kernels; as much as there is when unsaid. */
  readonly queryMaxBytes?: number;
  /** How old the last sample may be to count, the left edge excluded; 300000. */
  readonly lookbackDeltaMs: number;
  readonly timeoutMs: number;
  /** Samples that one query may hold at a time. */
  readonly maxSamples: number;
  /** Queries that are evaluated at a time, any number when unsaid; others wait, up to `maxWaiting` (1000) of them. */
  readonly maxConcurrency?: number;
  readonly maxWaiting?: number;
  /** The step of subqueries that name none: the global evaluation interval. */
  readonly defaultStepMs: () => number;
  /** --enable-feature=promql-delayed-name-removal. */
  readonly delayedNameRemoval?: boolean;
  /** --enable-feature=use-start-timestamps. */
  readonly useStartTimestamps?: boolean;
  /** --enable-feature=type-and-unit-labels. */
  readonly typeAndUnitLabels?: boolean;
}

interface QueryRequest {
  readonly queryable: Queryable;
  /** Text, or a tree whose text is not at hand (positions in annotations are then unknown). */
  readonly query: string | Expr;
  readonly lookbackDeltaMs?: number | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The answer's columns may stay in the query's memory: whoever sets this calls `QueryResult.release`. */
  readonly borrows?: boolean | undefined;
  /** Asked between slices of work, as cheap as a load: true cancels the query as `signal` does. */
  readonly interrupted?: (() => boolean) | undefined;
}

export interface InstantRequest extends QueryRequest {
  readonly timeMs: number;
}

/** Steps from `startMs` to `endMs`, both included; `stepMs` is at least 1. */
export interface RangeRequest extends QueryRequest {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/**
 * Evaluates PromQL. Rejects with `ParseError` for a query that can not be run as asked, with `QueryError` for one
 * that failed.
 */
export interface Engine {
  instant(request: InstantRequest): Promise<QueryResult>;
  range(request: RangeRequest): Promise<QueryResult>;
}

const defaultMaxWaiting = 1000;

export class ColumnEngine implements Engine {
  readonly #settings: EngineSettings;
  readonly #functions: FunctionTable;
  readonly #parse: (text: string) => Expr;
  readonly #gate: QueryGate;
  readonly #turns: Turns;

  constructor(settings: EngineSettings, functions: FunctionTable, parse: (text: string) => Expr) {
    this.#settings = settings;
    this.#functions = functions;
    this.#parse = parse;
    this.#turns = new Turns(settings.clock);
    const { maxConcurrency = Number.POSITIVE_INFINITY, maxWaiting = defaultMaxWaiting } = settings;
    this.#gate = new QueryGate({ maxRunning: maxConcurrency, maxWaiting });
  }

  instant(request: InstantRequest): Promise<QueryResult> {
    const { timeMs } = request;
    return this.#run(request, { startMs: timeMs, endMs: timeMs, stepMs: 0 });
  }

  async range(request: RangeRequest): Promise<QueryResult> {
    const { startMs, endMs, stepMs } = request;
    assert(stepMs >= 1, 'a range query has a step');
    return this.#run(request, { startMs, endMs, stepMs });
  }

  async #run(
    request: QueryRequest,
    times: { startMs: number; endMs: number; stepMs: number },
  ): Promise<QueryResult> {
    const settings = this.#settings;
    const text = typeof request.query === 'string' ? request.query : '';
    const expr = typeof request.query === 'string' ? this.#parse(request.query) : request.query;
    const lookbackDeltaMs = request.lookbackDeltaMs || settings.lookbackDeltaMs;
    const plan = buildPlan(expr, {
      ...times,
      lookbackDeltaMs,
      defaultStepMs: settings.defaultStepMs(),
      query: text,
    });
    const guard = new QueryGuard({
      clock: settings.clock,
      turns: this.#turns,
      signal: request.signal,
      interrupted: request.interrupted,
      timeoutMs: Math.min(request.timeoutMs ?? settings.timeoutMs, settings.timeoutMs),
      maxSamples: settings.maxSamples,
    });
    if (request.signal?.aborted) throw new QueryError('canceled', 'query was canceled in query execution');
    const { clock } = settings;
    const leave = await this.#gate.enter({ clock, deadlineMs: guard.deadlineMs, signal: request.signal });
    try {
      return await this.#evaluatePlan(plan, { request, guard, lookbackDeltaMs, text });
    } finally {
      leave();
    }
  }

  async #evaluatePlan(
    plan: Plan,
    run: { request: QueryRequest; guard: QueryGuard; lookbackDeltaMs: number; text: string },
  ): Promise<QueryResult> {
    const settings = this.#settings;
    const { request, guard, lookbackDeltaMs, text } = run;
    const annotations = new Annotations();
    const querier = plan.window === undefined ? undefined : request.queryable.querier(plan.window);
    const scope = new KernelScope(settings.kernels, settings.queryMaxBytes);
    const borrows = request.borrows === true;
    let isKept = false;
    try {
      const { value, totalSamples } = await evaluate(plan, {
        kernels: settings.kernels,
        scope,
        gridTimes: new GridTimes(),
        borrows,
        querier,
        labels: new LabelTools(new SymbolTable()),
        annotations,
        guard,
        lookbackDeltaMs,
        delayedNameRemoval: settings.delayedNameRemoval === true,
        useStartTimestamps: settings.useStartTimestamps === true,
        typeAndUnitLabels: settings.typeAndUnitLabels === true,
        functions: this.#functions,
      });
      const samples = { total: totalSamples, read: guard.readSamples, peak: guard.peakSamples };
      const answer = { value, ...annotations.list(text), samples };
      isKept = borrows && value.kind === 'matrix';
      return isKept ? { ...answer, release: () => scope.close() } : answer;
    } catch (error) {
      throw error instanceof KernelMemoryError ? tooMuchMemory(error) : error;
    } finally {
      querier?.close();
      if (!isKept) scope.close();
    }
  }
}

function tooMuchMemory(error: KernelMemoryError): QueryError {
  const remedy = 'ask for fewer series or a shorter range, or raise --query.max-memory';
  return new QueryError('execution', `query needs too much memory: ${error.message}; ${remedy}`, {
    cause: error,
  });
}

async function evaluate(
  plan: Plan,
  evaluation: Evaluation,
): Promise<{ value: QueryValue; totalSamples: number }> {
  const last = plan.nodes.at(-1);
  if (last?.kind === 'range-select') {
    const value = await rangeSelectValue(evaluation, last);
    return { value, totalSamples: evaluation.guard.totalSamples };
  }
  const { result, totalSamples } = await executePlan(plan, evaluation);
  return { value: queryValue(evaluation, plan, result), totalSamples };
}
