import type { Clock } from '../../base/index.js';
import type { Engine, QueryResult } from '../../promql/index.js';
import { type QueryShape, queryShape, type RouteRelay, routeCall, type WebRequest } from '../../web/index.js';
import { type CostModel, fewReads, type QueryCost, type StoreFigures } from './query-cost.js';
import type { QueryMetrics } from './query-metrics.js';
import type { QueryPool } from './query-pool.js';

/** What is answered where requests arrive takes no longer than that. */
const smallMicroseconds = 1000;
const longMicroseconds = 1e6;
/** A request that took so long here goes to a worker from then on, whatever the estimate says. */
const tooLongHereSeconds = 0.005;
/** A request that reads more of files comes back here when a worker has answered it in so short a time, not long ago. */
const quickSeconds = 0.002;
const stillWarmMs = 600_000;
const maxRemembered = 1000;

export interface QueryRelayOptions {
  readonly pool: Pick<QueryPool, 'run'>;
  readonly costs: CostModel;
  readonly store: () => StoreFigures;
  readonly clock: Clock;
  readonly timeoutMs: number;
}

/** How long a request took when it was answered last. */
interface Remembered {
  readonly seconds: number;
  readonly atMs: number;
}

/**
 * Decides where a request is answered. Small ones that read files a few times at most: on the thread that asks. All
 * others: by a worker, which also finds out whether files are at hand. What a worker has answered in a moment is then answered where
 * it is asked, because passing it over costs more than the answer; the first that takes longer goes back.
 */
export class QueryRelay implements RouteRelay {
  readonly #options: QueryRelayOptions;
  /** By name, newest last. */
  readonly #remembered = new Map<string, Remembered>();
  /** The names of requests that are answered here. */
  readonly #here = new WeakMap<WebRequest, string>();

  constructor(options: QueryRelayOptions) {
    this.#options = options;
  }

  answer(route: string, request: WebRequest): ReturnType<RouteRelay['answer']> {
    const { clock, costs, pool, store, timeoutMs } = this.#options;
    const shape = queryShape(route, request, clock.nowMs());
    if (shape === undefined) return undefined;
    const cost = costs.estimate(shape, store());
    const name = nameOf(shape, request);
    const known = this.#remembered.get(name);
    if (cost.microseconds <= smallMicroseconds && this.#isQuick(cost, known)) {
      this.#here.set(request, name);
      return undefined;
    }
    const expected = known?.seconds ?? cost.microseconds / 1e6;
    return pool.run({
      call: routeCall(route, request),
      signal: request.signal,
      timeoutMs: shape.kind === 'query' ? Math.min(Math.max(shape.timeoutMs, 0), timeoutMs) : timeoutMs,
      isLong: expected * 1e6 >= longMicroseconds,
      isQuery: shape.kind === 'query',
      onEnd: ({ evalSeconds, answerSeconds }) => {
        // An answer that failed, or that a client is slow to take, says nothing of the time it needs.
        const seconds = answerSeconds > 0 && answerSeconds <= quickSeconds ? answerSeconds : evalSeconds;
        if (seconds > 0) this.#remember(name, seconds);
      },
    });
  }

  #isQuick({ reads }: QueryCost, known: Remembered | undefined): boolean {
    if (known === undefined) return reads <= fewReads;
    if (reads <= fewReads) return known.seconds <= tooLongHereSeconds;
    return known.seconds <= quickSeconds && this.#options.clock.monotonicMs() - known.atMs < stillWarmMs;
  }

  answered(request: WebRequest, seconds: number): void {
    const name = this.#here.get(request);
    if (name === undefined) return;
    const isTooLong = seconds > tooLongHereSeconds;
    // What reads files stays here as long as it is quick; one slow answer in memory may be another's fault.
    if (isTooLong || this.#remembered.has(name)) this.#remember(name, seconds);
  }

  /** The engine of the thread that asks, with its figures counted. */
  measured(engine: Engine, metrics: QueryMetrics): Engine {
    const measure = async (run: () => Promise<QueryResult>): Promise<QueryResult> => {
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
      }
    };
    return {
      instant: (request) => measure(() => engine.instant(request)),
      range: (request) => measure(() => engine.range(request)),
    };
  }

  #remember(name: string, seconds: number): void {
    this.#remembered.delete(name);
    const [oldest] = this.#remembered.keys();
    if (this.#remembered.size >= maxRemembered && oldest !== undefined) this.#remembered.delete(oldest);
    if (name.length <= 2000) this.#remembered.set(name, { seconds, atMs: this.#options.clock.monotonicMs() });
  }
}

/** Queries of one text whose numbers of steps are about the same are taken for the same. */
function nameOf(shape: QueryShape, { parameter }: WebRequest): string {
  if (shape.kind === 'labels') return `${shape.route} ${parameter} ${shape.selectors.join(' ')}`;
  return `${Math.round(Math.log2(Math.max(1, shape.steps)))} ${shape.query}`;
}
