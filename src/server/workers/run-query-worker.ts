/** The inside of a query worker: the web layer's handlers over an engine, a reader and kernels of its own. */
import type { MessagePort } from 'node:worker_threads';
import { assert, type Clock, type Disk, messageOf, systemClock, systemDisk } from '../../base/index.js';
import { Kernels, reserveMemory } from '../../kernels/index.js';
import type { Engine, QueryResult } from '../../promql/index.js';
import type { Queryable } from '../../storage/index.js';
import { type AnswerHead, type ApiError, type QueryPorts, runRoute } from '../../web/index.js';
import { createQueryEngine, queryParser } from '../query-engine.js';
import { lowerPriority } from './lower-priority.js';
import { PieceWriter } from './piece-writer.js';
import {
  type CallUsage,
  cancelWord,
  type FromWorker,
  type QueryWorkerData,
  type ToWorker,
} from './protocol.js';

/** What a worker reads. */
export interface QueryReader extends Queryable {
  /** The source changed; queries that are open go on with what they have. */
  update(source: unknown): void | Promise<void>;
}

/** Opens the source that main named, with kernels of the worker's own. */
export type OpenReader = (options: {
  readonly source: unknown;
  readonly kernels: Kernels;
  readonly disk: Disk;
  readonly clock: Clock;
}) => Promise<QueryReader>;

type Call = Extract<ToWorker, { readonly kind: 'call' }>;

const noUsage: CallUsage = {
  memoryBytes: 0,
  evalSeconds: 0,
  answerSeconds: 0,
  samplesTotal: 0,
  samplesRead: 0,
};

/** Serves calls until main ends the thread. */
export async function runQueryWorker(
  port: MessagePort,
  data: QueryWorkerData,
  open: OpenReader,
): Promise<void> {
  const post = (message: FromWorker): void => port.postMessage(message);
  lowerPriority();
  try {
    const memory = reserveMemory({ maxBytes: data.memoryBytes });
    const kernels = new Kernels(data.module, memory, data.memoryBytes);
    const reader = await open({ source: data.source, kernels, disk: systemDisk, clock: workerClock });
    const worker = new QueryWorker(data, { kernels, reader, post });
    // One after the other: what arrives during a call waits for its end.
    let last = Promise.resolve();
    port.on('message', (message: ToWorker) => {
      last = last.then(() => worker.take(message));
    });
    post({ kind: 'ready' });
  } catch (error) {
    post({ kind: 'refused', message: messageOf(error) });
    port.close();
  }
}

/** Nothing but messages waits on this thread: a turn of the loop costs no timer. */
const workerClock: Clock = {
  ...systemClock,
  after(ms, run, options) {
    if (ms > 0) return systemClock.after(ms, run, options);
    const handle = setImmediate(run);
    return { cancel: () => clearImmediate(handle) };
  },
};

class QueryWorker {
  readonly #control: Int32Array;
  readonly #writer: PieceWriter;
  readonly #kernels: Kernels;
  readonly #reader: QueryReader;
  readonly #post: (message: FromWorker) => void;
  readonly #ports: QueryPorts;
  #defaultStepMs: number;
  /** The call that runs. */
  #call: Call | undefined;
  #usage = noUsage;
  #startMs = 0;

  constructor(
    data: QueryWorkerData,
    parts: { kernels: Kernels; reader: QueryReader; post: (message: FromWorker) => void },
  ) {
    this.#control = new Int32Array(data.control);
    this.#writer = new PieceWriter(data.slots, this.#control);
    this.#kernels = parts.kernels;
    this.#reader = parts.reader;
    this.#post = parts.post;
    this.#defaultStepMs = data.defaultStepMs;
    const engine = createQueryEngine(data.engine, {
      clock: workerClock,
      kernels: parts.kernels,
      queryMaxBytes: data.memoryBytes,
      defaultStepMs: () => this.#defaultStepMs,
    });
    this.#ports = {
      engine: this.#guarded(engine),
      parser: queryParser(data.engine.features),
      queryable: parts.reader,
      kernels: parts.kernels,
      borrows: true,
      clock: workerClock,
    };
  }

  /** Never rejects. */
  async take(message: ToWorker): Promise<void> {
    switch (message.kind) {
      case 'step':
        this.#defaultStepMs = message.defaultStepMs;
        return;
      case 'source':
        await this.#update(message);
        return;
      case 'call':
        this.#call = message;
        this.#usage = noUsage;
        this.#startMs = workerClock.monotonicMs();
        await this.#answer(message);
        this.#call = undefined;
    }
  }

  async #update({ source, version }: Extract<ToWorker, { readonly kind: 'source' }>): Promise<void> {
    try {
      await this.#reader.update(source);
      this.#post({ kind: 'updated', version });
    } catch (error) {
      // Answers from a source that is gone would be wrong: another worker starts on the one that is there.
      this.#post({ kind: 'refused', message: messageOf(error) });
    }
  }

  async #answer({ id, call }: Call): Promise<void> {
    const interrupted = (): boolean => this.#isCancelled(id);
    try {
      const outcome = await runRoute(call, { ports: this.#ports, interrupted });
      if (outcome.kind === 'answer') this.#send(id, outcome.head, outcome.pieces);
      else this.#fail(id, outcome.error, outcome.isBug);
    } catch (error) {
      this.#fail(id, { type: 'internal', message: messageOf(error) }, true);
    }
  }

  #send(id: number, head: AnswerHead, pieces: Iterator<Uint8Array, void>): void {
    let first: { head?: AnswerHead } = { head };
    let next = pieces.next();
    assert(next.done !== true, 'an answer has a piece');
    while (next.done !== true) {
      const bytes = next.value;
      for (let from = 0; from === 0 || from < bytes.length; ) {
        const written = this.#writer.write(bytes, from, id);
        if (written === undefined) {
          pieces.return?.();
          this.#fail(id, { type: 'canceled', message: 'context canceled' }, false);
          return;
        }
        from = from + written.length || 1;
        // Bytes are valid until the next piece is made, and only then is it known which one was the last.
        if (from >= bytes.length) next = pieces.next();
        const isLast = from >= bytes.length && next.done === true;
        this.#post({
          kind: 'piece',
          id,
          ...written,
          ...first,
          ...(isLast ? { usage: this.#finish(true) } : {}),
        });
        first = {};
      }
    }
  }

  #fail(id: number, error: ApiError, isBug: boolean): void {
    this.#post({ kind: 'error', id, error, isBug, usage: this.#finish(false) });
  }

  #finish(isAnswer: boolean): CallUsage {
    const answerSeconds = isAnswer ? (workerClock.monotonicMs() - this.#startMs) / 1000 : 0;
    return { ...this.#usage, answerSeconds, memoryBytes: this.#kernels.memory.buffer.byteLength };
  }

  #isCancelled(id: number): boolean {
    return Atomics.load(this.#control, cancelWord) === id;
  }

  /** The engine, with the cancellation and the time-out of the call that runs. */
  #guarded(engine: Engine): Engine {
    const limits = (timeoutMs = Number.POSITIVE_INFINITY) => {
      const call = this.#call;
      assert(call !== undefined, 'the engine works for a call');
      return {
        interrupted: () => this.#isCancelled(call.id),
        timeoutMs: Math.min(timeoutMs, call.timeoutMs),
      };
    };
    const measured = async (run: () => Promise<QueryResult>): Promise<QueryResult> => {
      const startMs = workerClock.monotonicMs();
      try {
        const result = await run();
        const { total, read } = result.samples ?? { total: 0, read: 0 };
        this.#usage = { ...this.#usage, samplesTotal: total, samplesRead: read };
        return result;
      } finally {
        this.#usage = { ...this.#usage, evalSeconds: (workerClock.monotonicMs() - startMs) / 1000 };
      }
    };
    return {
      instant: (request) => measured(() => engine.instant({ ...request, ...limits(request.timeoutMs) })),
      range: (request) => measured(() => engine.range({ ...request, ...limits(request.timeoutMs) })),
    };
  }
}
