import { Worker } from 'node:worker_threads';
import { type Clock, messageOf, type Timer, UserError } from '../../base/index.js';

export interface MaintenanceWorkerData {
  readonly module: WebAssembly.Module;
  readonly memoryBytes: number;
}

export interface ToMaintenance {
  readonly id: number;
  readonly job: unknown;
}

export type FromMaintenance =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string; readonly code: string | undefined };

export interface MaintenanceOptions extends MaintenanceWorkerData {
  readonly entry: URL;
  readonly clock: Clock;
  readonly heapBytes: number;
  /** The thread ends when it has had nothing to do for so long. */
  readonly idleMs: number;
}

interface Thread {
  readonly worker: Worker;
  readonly jobs: Map<number, PromiseWithResolvers<unknown>>;
  readonly ended: Promise<unknown>;
  failure: string | undefined;
}

/** The thread that writes blocks and checkpoints: started with the first job, ended when it is idle. */
export class MaintenanceThread {
  readonly #options: MaintenanceOptions;
  #thread: Thread | undefined;
  #idleTimer: Timer | undefined;
  #lastJob = 0;
  #isClosed = false;

  constructor(options: MaintenanceOptions) {
    this.#options = options;
  }

  get isRunning(): boolean {
    return this.#thread !== undefined;
  }

  /**
   * Does a job; jobs are done in the order in which they came. Rejects with `UserError`: the job's own failure (its
   * code is the system's where the system had one, else `maintenance-failed`), or `maintenance-ended` when the thread
   * is gone; the next job starts another.
   */
  run<Result>(job: unknown): Promise<Result> {
    if (this.#isClosed) return Promise.reject(endedError('the server stops'));
    this.#idleTimer?.cancel();
    this.#thread ??= this.#start();
    const id = ++this.#lastJob;
    const outcome = Promise.withResolvers<unknown>();
    this.#thread.jobs.set(id, outcome);
    const message: ToMaintenance = { id, job };
    this.#thread.worker.postMessage(message);
    return outcome.promise as Promise<Result>;
  }

  /** Lets the job that runs come to its end for `graceMs`, then ends the thread. */
  async close(graceMs = 0): Promise<void> {
    this.#isClosed = true;
    this.#idleTimer?.cancel();
    const thread = this.#thread;
    if (thread === undefined) return;
    if (thread.jobs.size > 0 && graceMs > 0) {
      const jobs = Promise.allSettled([...thread.jobs.values()].map(({ promise }) => promise));
      await Promise.race([jobs, this.#options.clock.sleep(graceMs)]);
    }
    thread.failure ??= 'the server stops';
    await thread.worker.terminate();
    await thread.ended;
  }

  #start(): Thread {
    const { entry, heapBytes, module, memoryBytes } = this.#options;
    const workerData: MaintenanceWorkerData = { module, memoryBytes };
    const worker = new Worker(entry, {
      name: 'maintenance',
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(heapBytes / 2 ** 20) },
    });
    const ended = Promise.withResolvers<void>();
    const thread: Thread = { worker, jobs: new Map(), ended: ended.promise, failure: undefined };
    worker.on('message', (message: FromMaintenance) => this.#take(thread, message));
    worker.on('error', (error) => {
      thread.failure ??= messageOf(error);
    });
    worker.on('exit', () => {
      if (this.#thread === thread) this.#thread = undefined;
      for (const { reject } of thread.jobs.values()) reject(endedError(thread.failure));
      ended.resolve();
    });
    return thread;
  }

  #take(thread: Thread, message: FromMaintenance): void {
    const outcome = thread.jobs.get(message.id);
    thread.jobs.delete(message.id);
    if (message.ok) outcome?.resolve(message.result);
    else {
      outcome?.reject(
        new UserError({ code: message.code ?? 'maintenance-failed', message: message.message }),
      );
    }
    if (thread.jobs.size === 0 && this.#thread === thread && !this.#isClosed) this.#endWhenIdle(thread);
  }

  #endWhenIdle(thread: Thread): void {
    const { clock, idleMs } = this.#options;
    const end = (): void => {
      if (this.#thread !== thread || thread.jobs.size > 0) return;
      this.#thread = undefined;
      void thread.worker.terminate();
    };
    this.#idleTimer?.cancel();
    this.#idleTimer = clock.after(idleMs, end, { unref: true });
  }
}

function endedError(reason: string | undefined): UserError {
  const text = `maintenance worker ended unexpectedly${reason === undefined ? '' : `: ${reason}`}`;
  return new UserError({ code: 'maintenance-ended', message: text });
}
