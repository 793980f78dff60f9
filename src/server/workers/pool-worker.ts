/** A query worker as main sees it: started, given one call at a time, watched, ended. */
import { Worker } from 'node:worker_threads';
import { type Clock, messageOf, type Timer } from '../../base/index.js';
import { apiError, type RelayedAnswer, type RouteCall } from '../../web/index.js';
import {
  type CallUsage,
  cancelWord,
  controlWords,
  creditWord,
  type FromWorker,
  type QueryWorkerData,
  slotBytes,
  slotCount,
  type ToWorker,
} from './protocol.js';
import { RelayedPieces, Slots } from './relayed-pieces.js';

/** What a worker reads, as long as it lives. */
export interface SourceLease {
  /** Plain data for the worker's reader. */
  current(): unknown;
  /** The worker is gone, in whatever way. */
  close(): void;
}

export interface PoolWorkerOptions extends Omit<QueryWorkerData, 'slots' | 'control' | 'source'> {
  readonly entry: URL;
  readonly clock: Clock;
  /** Of the worker's JavaScript objects. */
  readonly heapBytes: number;
  /** How long after a cancellation or its deadline a call may go on before the worker is ended by force. */
  readonly killAfterMs: number;
}

export interface PoolWorkerEvents {
  onReady(worker: PoolWorker): void;
  /** Its call has ended and its slots are free. */
  onFree(worker: PoolWorker): void;
  /** It ended. `refusal`: it could not start, or not go on. */
  onEnd(worker: PoolWorker, refusal: string | undefined): void;
  /** A handler failed in a way that only a mistake of ours explains. */
  onBug(message: string): void;
}

export interface WorkerCall {
  readonly call: RouteCall;
  readonly timeoutMs: number;
  readonly answer: PromiseWithResolvers<RelayedAnswer>;
  readonly onUsage: (usage: CallUsage) => void;
}

interface Running extends WorkerCall {
  readonly id: number;
  readonly startMs: number;
  readonly pieces: RelayedPieces;
  deadline: Timer | undefined;
  hasHead: boolean;
}

const mostCalls = 2 ** 31 - 1;
const bytesInMegabyte = 2 ** 20;

export class PoolWorker {
  readonly #options: PoolWorkerOptions;
  readonly #events: PoolWorkerEvents;
  readonly #lease: SourceLease;
  readonly #worker: Worker;
  readonly #control = new Int32Array(new SharedArrayBuffer(controlWords * 4));
  readonly #slots: Slots;
  readonly #ended = Promise.withResolvers<void>();
  readonly #updates = new Map<number, () => void>();
  #state: 'starting' | 'idle' | 'busy' | 'ended' = 'starting';
  #running: Running | undefined;
  #lastCall = 0;
  #lastVersion = 0;
  #refusal: string | undefined;
  #failure: string | undefined;
  #memoryBytes = 0;

  constructor(options: PoolWorkerOptions, lease: SourceLease, events: PoolWorkerEvents) {
    this.#options = options;
    this.#events = events;
    this.#lease = lease;
    const slots = new SharedArrayBuffer(slotBytes * slotCount);
    Atomics.store(this.#control, creditWord, slotCount);
    this.#slots = new Slots(slots, this.#control);
    const { module, engine, defaultStepMs, memoryBytes } = options;
    const control = this.#control.buffer as SharedArrayBuffer;
    const source = lease.current();
    const workerData: QueryWorkerData = {
      module,
      engine,
      defaultStepMs,
      memoryBytes,
      slots,
      control,
      source,
    };
    this.#worker = new Worker(options.entry, {
      name: 'query',
      workerData,
      resourceLimits: { maxOldGenerationSizeMb: Math.ceil(options.heapBytes / bytesInMegabyte) },
    });
    this.#worker.on('message', (message: FromWorker) => this.#take(message));
    this.#worker.on('error', (error) => {
      this.#failure ??= messageOf(error);
    });
    this.#worker.on('exit', () => this.#onExit());
  }

  get state(): 'starting' | 'idle' | 'busy' | 'ended' {
    return this.#state;
  }

  /** Of its kernels, after its last call. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /** How long its call runs, 0 when it has none. */
  runningMs(): number {
    return this.#running === undefined ? 0 : this.#options.clock.monotonicMs() - this.#running.startMs;
  }

  /** Only while it is idle. */
  run(call: WorkerCall): void {
    const id = (this.#lastCall % mostCalls) + 1;
    this.#lastCall = id;
    const { clock, killAfterMs } = this.#options;
    const pieces = new RelayedPieces(this.#slots, () => this.#onSettled(id));
    const deadline = clock.after(
      call.timeoutMs + killAfterMs,
      () => this.#kill('it did not end after its time-out'),
      { unref: true },
    );
    this.#running = { ...call, id, pieces, deadline, startMs: clock.monotonicMs(), hasHead: false };
    this.#state = 'busy';
    this.#post({ kind: 'call', id, call: call.call, timeoutMs: call.timeoutMs });
  }

  /** The call's answer is no longer wanted; whoever waits for it is told `reason`. */
  cancel(call: WorkerCall, reason: Error): void {
    const running = this.#running;
    if (running === undefined || running.answer !== call.answer) return;
    running.answer.reject(reason);
    running.pieces.fail(reason);
    this.#stopWork(running);
  }

  /**
   * Resolves once no call reads the old source any more, or the worker is gone. Handlers have read everything when the
   * first piece comes: an answer that is under way, at whatever pace its client takes it, is not waited for.
   */
  refresh(): Promise<void> {
    if (this.#state === 'ended') return Promise.resolve();
    const version = ++this.#lastVersion;
    return new Promise((resolve) => {
      this.#updates.set(version, resolve);
      this.#post({ kind: 'source', version, source: this.#lease.current() });
      if (this.#running?.hasHead) this.#settleUpdates();
    });
  }

  setDefaultStep(defaultStepMs: number): void {
    if (this.#state !== 'ended') this.#post({ kind: 'step', defaultStepMs });
  }

  /** Ends the thread; a call that runs fails. */
  async end(): Promise<void> {
    if (this.#state !== 'ended') {
      const reason = apiError('unavailable', 'the server stops');
      this.#running?.answer.reject(reason);
      this.#running?.pieces.fail(reason);
      await this.#worker.terminate();
    }
    await this.#ended.promise;
  }

  #post(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  #take(message: FromWorker): void {
    switch (message.kind) {
      case 'ready':
        this.#state = 'idle';
        this.#events.onReady(this);
        return;
      case 'updated':
        this.#updates.get(message.version)?.();
        this.#updates.delete(message.version);
        return;
      case 'refused':
        this.#refusal = message.message;
        void this.#worker.terminate();
        return;
      case 'piece':
        this.#takePiece(message);
        return;
      case 'error':
        this.#takeError(message);
    }
  }

  #takePiece(message: Extract<FromWorker, { readonly kind: 'piece' }>): void {
    const running = this.#running;
    if (running?.id !== message.id) return;
    const { head, usage, slot, length } = message;
    if (usage !== undefined) this.#takeUsage(running, usage);
    if (head !== undefined) {
      running.hasHead = true;
      this.#settleUpdates();
      running.deadline?.cancel();
      running.answer.resolve({ ...head, pieces: this.#closing(running) });
    }
    running.pieces.push(slot, length, { isFirst: head !== undefined, isLast: usage !== undefined });
  }

  #settleUpdates(): void {
    for (const resolve of this.#updates.values()) resolve();
    this.#updates.clear();
  }

  #takeError(message: Extract<FromWorker, { readonly kind: 'error' }>): void {
    const running = this.#running;
    if (running?.id !== message.id) return;
    this.#takeUsage(running, message.usage);
    const { error, isBug } = message;
    if (isBug) this.#events.onBug(error.message);
    const failure = apiError(error.type, error.message);
    running.answer.reject(failure);
    running.pieces.end(failure);
    if (!running.hasHead) running.pieces.close();
  }

  #takeUsage(running: Running, usage: CallUsage): void {
    this.#memoryBytes = usage.memoryBytes;
    running.onUsage(usage);
  }

  /** The answer's pieces; an answer that nobody reads to its end is cancelled. */
  #closing(running: Running): RelayedAnswer['pieces'] {
    const { pieces } = running;
    return {
      next: () => pieces.next(),
      close: () => this.#stopWork(running),
    };
  }

  /** Tells the worker that the call is not wanted, and ends the worker when it does not hear. */
  #stopWork(running: Running): void {
    running.pieces.close();
    if (running.pieces.isEnded) return;
    Atomics.store(this.#control, cancelWord, running.id);
    Atomics.notify(this.#control, creditWord);
    running.deadline?.cancel();
    const { clock, killAfterMs } = this.#options;
    running.deadline = clock.after(killAfterMs, () => this.#kill('it did not end when it was cancelled'), {
      unref: true,
    });
  }

  #kill(reason: string): void {
    this.#failure ??= reason;
    void this.#worker.terminate();
  }

  #onSettled(id: number): void {
    const running = this.#running;
    if (running?.id !== id) return;
    running.deadline?.cancel();
    this.#running = undefined;
    if (this.#state !== 'busy') return;
    this.#state = 'idle';
    this.#events.onFree(this);
  }

  #onExit(): void {
    this.#state = 'ended';
    const running = this.#running;
    this.#running = undefined;
    if (running !== undefined) {
      running.deadline?.cancel();
      const reason = this.#failure ?? this.#refusal;
      const failure = apiError(
        'internal',
        `query worker ended unexpectedly${reason === undefined ? '' : `: ${reason}`}`,
      );
      running.answer.reject(failure);
      running.pieces.end(failure);
      running.pieces.close();
    }
    this.#settleUpdates();
    this.#lease.close();
    this.#ended.resolve();
    this.#events.onEnd(this, this.#refusal ?? (running === undefined ? this.#failure : undefined));
  }
}
