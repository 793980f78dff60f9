import type { Clock } from '../../base/index.js';
import type { Engine, QueryResult } from '../../promql/index.js';
import { type QueryShape, queryShape, type RouteRelay, routeCall, type WebRequest } from '../../web/index.js';
import type { CostModel, StoreFigures } from './query-cost.js';
import type { QueryMetrics } from './query-metrics.js';
import type { QueryPool } from './query-pool.js';

/** What is answered where requests arrive takes no longer than that. */
const smallMicroseconds = 1000;
const longMicroseconds = 1e6;
/** A query that took so long here goes to a worker from then on, whatever the estimate says. */
const tooLongHereMs = 5;
const maxRemembered = 1000;

export interface QueryRelayOptions {
  readonly pool: QueryPool;
  readonly costs: CostModel;
  readonly store: () => StoreFigures;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/**
 * Decides where a request is answered: small ones that touch memory alone on the thread that asks, all others by a
 * worker. Estimates are corrected by how long a query took when it ran before.
 */
export class QueryRelay implements RouteRelay {
  readonly #options: QueryRelayOptions;
  /** Seconds that a query took, newest last. */
  readonly #seconds = new Map<string, number>();

  constructor(options: QueryRelayOptions) {
    this.#options = options;
  }

  answer(route: string, request: WebRequest): ReturnType<RouteRelay['answer']> {
    const { clock, costs, pool, store, timeoutMs } = this.#options;
    const shape = queryShape(route, request, clock.nowMs());
    if (shape === undefined) return undefined;
    const cost = costs.estimate(shape, store());
    const name = nameOf(shape);
    const seconds = this.#seconds.get(name);
    const wasTooLong = seconds !== undefined && seconds * 1000 > tooLongHereMs;
    if (cost.isInMemory && cost.microseconds <= smallMicroseconds && !wasTooLong) return undefined;
    return pool.run({
      call: routeCall(route, request),
      signal: request.signal,
      timeoutMs: shape.kind === 'query' ? Math.min(Math.max(shape.timeoutMs, 0), timeoutMs) : timeoutMs,
      isLong: (seconds === undefined ? cost.microseconds : seconds * 1e6) >= longMicroseconds,
      isQuery: shape.kind === 'query',
      onEvaluated: (taken) => this.#remember(name, taken),
    });
  }

  /** The engine of the thread that asks, with its figures counted and what takes too long there remembered. */
  measured(engine: Engine, metrics: QueryMetrics): Engine {
    const measure = async (run: () => Promise<QueryResult>, name: string): Promise<QueryResult> => {
      const { clock } = this.#options;
      const startMs = clock.monotonicMs();
      metrics.current.add(1);
      try {
        const result = await run();
        const { total, read } = result.samples ?? { total: 0, read: 0 };
        metrics.addSamples({ total, read });
        return result;
      } finally {
        const takenMs = clock.monotonicMs() - startMs;
        metrics.current.add(-1);
        metrics.observe('queue_time', 0);
        metrics.observe('inner_eval', takenMs / 1000);
        if (takenMs > tooLongHereMs && name !== '') this.#remember(name, takenMs / 1000);
      }
    };
    const textOf = (query: unknown): string => (typeof query === 'string' ? query : '');
    return {
      instant: (request) => measure(() => engine.instant(request), nameOfQuery(textOf(request.query), 1)),
      range(request) {
        const steps = (request.endMs - request.startMs) / request.stepMs + 1;
        return measure(() => engine.range(request), nameOfQuery(textOf(request.query), steps));
      },
    };
  }

  #remember(name: string, seconds: number): void {
    this.#seconds.delete(name);
    const [oldest] = this.#seconds.keys();
    if (this.#seconds.size >= maxRemembered && oldest !== undefined) this.#seconds.delete(oldest);
    if (name.length <= 2000) this.#seconds.set(name, seconds);
  }
}

function nameOf(shape: QueryShape): string {
  return shape.kind === 'query' ? nameOfQuery(shape.query, shape.steps) : '';
}

/** Queries of one text whose numbers of steps are about the same are taken for the same. */
function nameOfQuery(query: string, steps: number): string {
  return `${Math.round(Math.log2(Math.max(1, steps)))} ${query}`;
}
