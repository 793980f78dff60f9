/**
 * Query workers and the calls that wait for them. Rules, in the order in which they decide:
 *
 * 1. A worker runs one call at a time. Workers start when a call waits and none is idle, up to `maxWorkers`.
 * 2. Calls start in the order in which they came, save that those of long work never hold the last worker: at most
 *    `maxWorkers - 1` calls run that are expected to be long or have run for a second. Short ones go past those that
 *    wait for this.
 * 3. At most `maxQueries` queries run at a time (`--query.max-concurrency`); label calls are not queries.
 * 4. At most `maxWaiting` calls wait; more are refused. A call waits no longer than its time-out.
 * 5. A worker that is idle for `idleMs` ends, save the last one. One whose memory has grown past `replaceAboveBytes`
 *    ends after its call: memory of kernels never shrinks.
 */
import type { Clock, Timer } from '../../base/index.js';
import { QueryError } from '../../promql/index.js';
import { apiError, type RelayedAnswer, type RouteCall } from '../../web/index.js';
import { PoolWorker, type PoolWorkerOptions, type SourceLease, type WorkerCall } from './pool-worker.js';
import type { CallUsage } from './protocol.js';
import type { QueryMetrics } from './query-metrics.js';

export interface QueryPoolOptions extends Omit<PoolWorkerOptions, 'defaultStepMs'> {
  readonly maxWorkers: number;
  readonly maxQueries: number;
  readonly maxWaiting: number;
  readonly idleMs: number;
  readonly replaceAboveBytes: number;
  readonly defaultStepMs: () => number;
  /** Once a worker. */
  readonly lease: () => SourceLease;
  readonly metrics: QueryMetrics;
  readonly log: (level: 'warn' | 'error', message: string, fields?: Readonly<Record<string, string>>) => void;
}

export interface PoolRequest {
  readonly call: RouteCall;
  readonly signal: AbortSignal;
  /** Waiting included. */
  readonly timeoutMs: number;
  /** Expected to run for a second or longer. */
  readonly isLong: boolean;
  /** Counts for `maxQueries` and in the engine's metrics. */
  readonly isQuery: boolean;
  /** Told what the call took, at its end. */
  readonly onEnd?: (usage: CallUsage) => void;
}

interface Waiting extends PoolRequest {
  readonly answer: PromiseWithResolvers<RelayedAnswer>;
  readonly enqueuedMs: number;
  timer: Timer | undefined;
  onAbort: (() => void) | undefined;
}

interface Started {
  readonly request: Waiting;
  readonly call: WorkerCall;
}

const longMs = 1000;

export class QueryPool {
  readonly #options: QueryPoolOptions;
  readonly #clock: Clock;
  readonly #workers = new Set<PoolWorker>();
  readonly #started = new Map<PoolWorker, Started>();
  readonly #idleTimers = new Map<PoolWorker, Timer>();
  readonly #ending = new Set<Promise<void>>();
  /** In the order in which they came. */
  readonly #waiting = new Set<Waiting>();
  #isClosed = false;
  #callCount = 0;

  constructor(options: QueryPoolOptions) {
    this.#options = options;
    this.#clock = options.clock;
  }

  get workerCount(): number {
    return this.#workers.size;
  }

  get busyCount(): number {
    return this.#started.size;
  }

  /** Calls that were given to workers so far. */
  get callCount(): number {
    return this.#callCount;
  }

  get waitingCount(): number {
    return this.#waiting.size;
  }

  /** Starts a worker before there is anything to do. */
  warmUp(): void {
    if (this.#workers.size === 0 && !this.#isClosed) this.#spawn();
  }

  /** Rejects with what the route's handler would have thrown, or with what became of the worker. */
  run(request: PoolRequest): Promise<RelayedAnswer> {
    if (this.#isClosed) return Promise.reject(apiError('unavailable', 'the server stops'));
    const { maxQueries, maxWaiting, metrics } = this.#options;
    if (this.#waiting.size >= maxWaiting) {
      const text = `query queue is full: ${maxQueries} queries run and ${maxWaiting} wait, try again later`;
      return Promise.reject(new QueryError('timeout', text));
    }
    const answer = Promise.withResolvers<RelayedAnswer>();
    const enqueuedMs = this.#clock.monotonicMs();
    const waiting: Waiting = { ...request, answer, enqueuedMs, timer: undefined, onAbort: undefined };
    if (request.isQuery) metrics.current.add(1);
    waiting.timer = this.#clock.after(request.timeoutMs, () =>
      this.#giveUp(waiting, new QueryError('timeout', 'query timed out in query queue')),
    );
    waiting.onAbort = () =>
      this.#giveUp(waiting, new QueryError('canceled', 'query was canceled in query queue'));
    if (request.signal.aborted) waiting.onAbort();
    else {
      request.signal.addEventListener('abort', waiting.onAbort);
      this.#waiting.add(waiting);
      this.#advance();
    }
    return answer.promise;
  }

  /** Resolves once no worker reads the old sources any more. */
  async refresh(): Promise<void> {
    await Promise.all([...this.#workers].map((worker) => worker.refresh()));
  }

  setDefaultStep(defaultStepMs: number): void {
    for (const worker of this.#workers) worker.setDefaultStep(defaultStepMs);
  }

  /** Ends all workers; calls that wait or run fail. */
  async close(): Promise<void> {
    this.#isClosed = true;
    for (const waiting of [...this.#waiting])
      this.#giveUp(waiting, apiError('unavailable', 'the server stops'));
    for (const worker of [...this.#workers]) this.#end(worker);
    await Promise.all(this.#ending);
  }

  /** Gives calls to idle workers, and starts workers for those that are left. */
  #advance(): void {
    const { maxWorkers, maxQueries } = this.#options;
    const idle = [...this.#workers].filter((worker) => worker.state === 'idle');
    let starting = [...this.#workers].filter((worker) => worker.state === 'starting').length;
    let long = this.#countRunning(
      (started, worker) => started.request.isLong || worker.runningMs() >= longMs,
    );
    let queries = this.#countRunning((started) => started.request.isQuery);
    for (const waiting of [...this.#waiting]) {
      if (waiting.isQuery && queries >= maxQueries) continue;
      if (waiting.isLong && maxWorkers > 1 && long >= maxWorkers - 1) continue;
      // Counted as running also where a worker has yet to start for it.
      if (waiting.isQuery) queries++;
      if (waiting.isLong) long++;
      const worker = idle.pop();
      if (worker !== undefined) this.#start(waiting, worker);
      else if (starting > 0) starting--;
      else if (this.#workers.size < maxWorkers) this.#spawn();
      else return;
    }
  }

  #countRunning(isCounted: (started: Started, worker: PoolWorker) => boolean): number {
    let count = 0;
    for (const [worker, started] of this.#started) if (isCounted(started, worker)) count++;
    return count;
  }

  #start(waiting: Waiting, worker: PoolWorker): void {
    const { metrics } = this.#options;
    this.#idleTimers.get(worker)?.cancel();
    this.#idleTimers.delete(worker);
    this.#leaveQueue(waiting);
    this.#callCount++;
    const waitedMs = this.#clock.monotonicMs() - waiting.enqueuedMs;
    if (waiting.isQuery) metrics.observe('queue_time', waitedMs / 1000);
    const { answer, call, signal, timeoutMs } = waiting;
    const started: WorkerCall = {
      call,
      answer,
      timeoutMs: Math.max(1, timeoutMs - waitedMs),
      onUsage: (usage) => this.#countUsage(waiting, usage),
    };
    waiting.onAbort = () =>
      worker.cancel(started, new QueryError('canceled', 'query was canceled in expression evaluation'));
    signal.addEventListener('abort', waiting.onAbort);
    this.#started.set(worker, { request: waiting, call: started });
    worker.run(started);
  }

  #countUsage(waiting: Waiting, usage: CallUsage): void {
    waiting.onEnd?.(usage);
    if (!waiting.isQuery) return;
    const { metrics } = this.#options;
    metrics.observe('inner_eval', usage.evalSeconds);
    metrics.addSamples({ total: usage.samplesTotal, read: usage.samplesRead });
  }

  #spawn(): void {
    const { lease, defaultStepMs, log, ...rest } = this.#options;
    const worker = new PoolWorker({ ...rest, defaultStepMs: defaultStepMs() }, lease(), {
      onReady: (ready) => this.#onIdle(ready),
      onFree: (free) => this.#onFree(free),
      onEnd: (ended, refusal) => this.#onEnd(ended, refusal),
      onBug: (message) => log('error', 'Unexpected error in a query worker', { err: message }),
    });
    this.#workers.add(worker);
  }

  #onFree(worker: PoolWorker): void {
    this.#finish(worker);
    if (worker.memoryBytes > this.#options.replaceAboveBytes) {
      this.#end(worker);
      this.#advance();
      this.warmUp();
    } else this.#onIdle(worker);
  }

  #onIdle(worker: PoolWorker): void {
    this.#advance();
    if (worker.state !== 'idle') return;
    const timer = this.#clock.after(
      this.#options.idleMs,
      () => {
        this.#idleTimers.delete(worker);
        if (worker.state === 'idle' && this.#workers.size > 1) this.#end(worker);
      },
      { unref: true },
    );
    this.#idleTimers.get(worker)?.cancel();
    this.#idleTimers.set(worker, timer);
  }

  #onEnd(worker: PoolWorker, refusal: string | undefined): void {
    const wasRunning = this.#finish(worker);
    const wasExpected = !this.#workers.delete(worker);
    this.#idleTimers.get(worker)?.cancel();
    this.#idleTimers.delete(worker);
    if (this.#isClosed) return;
    if (!wasExpected) {
      const reason = refusal === undefined ? {} : { err: refusal };
      this.#options.log('error', 'A query worker ended unexpectedly', reason);
    }
    const [first] = this.#waiting;
    if (!wasRunning && refusal !== undefined && first !== undefined) {
      // It was meant for a call; to try again without end would keep the call waiting.
      this.#giveUp(first, apiError('unavailable', `cannot start a query worker: ${refusal}`));
    }
    this.#advance();
    if (wasRunning) this.warmUp();
  }

  /** The worker's call is over; false when there was none. */
  #finish(worker: PoolWorker): boolean {
    const started = this.#started.get(worker);
    if (started === undefined) return false;
    this.#started.delete(worker);
    const { signal, onAbort, isQuery } = started.request;
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
    if (isQuery) this.#options.metrics.current.add(-1);
    return true;
  }

  #end(worker: PoolWorker): void {
    this.#workers.delete(worker);
    this.#idleTimers.get(worker)?.cancel();
    this.#idleTimers.delete(worker);
    const ended = worker.end().then(() => {
      this.#ending.delete(ended);
    });
    this.#ending.add(ended);
  }

  #leaveQueue(waiting: Waiting): void {
    this.#waiting.delete(waiting);
    waiting.timer?.cancel();
    if (waiting.onAbort !== undefined) waiting.signal.removeEventListener('abort', waiting.onAbort);
  }

  #giveUp(waiting: Waiting, reason: Error): void {
    this.#leaveQueue(waiting);
    if (waiting.isQuery) this.#options.metrics.current.add(-1);
    waiting.answer.reject(reason);
  }
}
