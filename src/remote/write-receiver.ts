/**
 * Stores requests of remote write 1.0 (storage/remote/write_handler.go). A request with a sample that cannot be stored
 * is answered as upstream answers it; unlike there, its good samples are kept, since its sender never sends them again.
 */
import { type Clock, messageOf, runInSlices, type Steps, UserError } from '../base/index.js';
import { KernelMemoryError, RemoteRequest, type RemoteTable } from '../kernels/index.js';
import type { Storage } from '../storage/index.js';
import type { Logger, MetricRegistry } from '../telemetry/index.js';
import { RequestAppender, type RequestParts } from './append-request.js';
import {
  decodeBesideFloats,
  decodeWriteRequest,
  type OwnedExemplar,
  type OwnedHistogram,
} from './decode-write-request.js';
import { DecodedRequest } from './decoded-request.js';
import { WireError } from './wire-reader.js';

export interface WriteReceiverParts {
  appender(): ReturnType<Storage['appender']>;
  /** On a memory of the receiver's own; asked for once, with the first request. */
  table(): RemoteTable;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: MetricRegistry;
  /** What requests may hold together; 256 MiB. */
  readonly mostHeldBytes?: number;
}

export interface StoreOutcome {
  readonly status: 204 | 400 | 500 | 503;
  /** "" where the status is 204. */
  readonly error: string;
}

const maxAheadMs = 10 * 60 * 1000;
const defaultHeldBytes = 256 * 1024 * 1024;
/** The event loop has its turn at least about so often. */
const sliceMs = 4;
const done: StoreOutcome = { status: 204, error: '' };
/** Passing trouble of this machine: the sender is to try again. */
const passingCodes = new Set(['disk-full', 'wal-overloaded', 'no-memory']);
const { signal: never } = new AbortController();

export class WriteReceiver {
  readonly #parts: WriteReceiverParts;
  readonly #invalidLabels: { add(amount: number): void };
  readonly #withoutMetadata: { add(amount: number): void };
  #table: RemoteTable | undefined;
  #heldBytes = 0;
  #turn: Promise<void> = Promise.resolve();

  constructor(parts: WriteReceiverParts) {
    this.#parts = parts;
    this.#invalidLabels = parts.registry.counter({
      name: 'prometheus_api_remote_write_invalid_labels_samples_total',
      help: 'The total number of received remote write samples and histogram samples which were rejected due to invalid labels.',
    });
    this.#withoutMetadata = parts.registry.counter({
      name: 'prometheus_api_remote_write_without_metadata_appended_samples_total',
      help: 'The total number of received remote write samples (and histogram samples) which were ingested without corresponding metadata.',
    });
  }

  /** Counts bytes that a request is about to hold, until `release`; false where others hold too much. */
  hold(bytes: number): boolean {
    const { mostHeldBytes = defaultHeldBytes } = this.#parts;
    if (this.#heldBytes > 0 && this.#heldBytes + bytes > mostHeldBytes) return false;
    this.#heldBytes += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#heldBytes -= bytes;
  }

  /** `block`: the message in snappy's block format. Resolves when what was accepted is as durable as the store promises. */
  storeBlock(block: Uint8Array): Promise<StoreOutcome> {
    return this.#open(async (request) => {
      if (await this.#run(request.inflate(block))) return this.#store(request);
      return { status: 400, error: 'snappy: corrupt input' };
    });
  }

  /** As `storeBlock`, for a message that is not compressed. */
  store(message: Uint8Array): Promise<StoreOutcome> {
    return this.#open((request) => {
      request.load(message);
      return this.#store(request);
    });
  }

  async #open(store: (request: RemoteRequest) => Promise<StoreOutcome>): Promise<StoreOutcome> {
    let request: RemoteRequest | undefined;
    try {
      this.#table ??= this.#parts.table();
      request = new RemoteRequest(this.#table);
      return await store(request);
    } catch (error) {
      if (error instanceof WireError) {
        this.#parts.logger.error('Error decoding v1 remote write request', { err: error.message });
        return { status: 400, error: error.message };
      }
      if (error instanceof KernelMemoryError) return { status: 503, error: error.message };
      throw error;
    } finally {
      request?.close();
    }
  }

  async #store(request: RemoteRequest): Promise<StoreOutcome> {
    const isPlain = await this.#run(request.scan());
    const parts = isPlain ? partsOf(request) : decodeParts(request.message());
    const appender = this.#parts.appender();
    const latestMs = this.#parts.clock.nowMs() + maxAheadMs;
    const staged = new RequestAppender(parts, appender, latestMs);
    try {
      const dropped = await this.#run(staged.resolve());
      if (dropped > 0) {
        this.#invalidLabels.add(dropped);
        this.#parts.logger.warn('Invalid metric names or labels', { series: dropped });
      }
    } catch (error) {
      appender.rollback();
      throw error;
    }
    const committed = await this.#inTurn(async () => {
      try {
        await this.#run(staged.append());
      } catch (error) {
        appender.rollback();
        throw error;
      }
      // Begun: the next request's samples come behind these.
      return { end: appender.commit('acknowledged') };
    });
    try {
      await committed.end;
    } catch (error) {
      // Upstream counts these where the commit fails, and there alone.
      this.#withoutMetadata.add(staged.sampleCount);
      const isPassing = error instanceof UserError && passingCodes.has(error.code);
      this.#parts.logger.error('Error while storing the remote write request', { err: messageOf(error) });
      return { status: isPassing ? 503 : 500, error: messageOf(error) };
    }
    if (staged.error === '') return done;
    this.#parts.logger.warn('Samples of a remote write request were refused', { err: staged.error });
    return { status: staged.isFull ? 503 : 400, error: staged.error };
  }

  /**
   * One request after the other from its first sample to the beginning of its commit: a sample that is accepted and then
   * overtaken by a later one of its series would be out of order when it is shown.
   */
  async #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const before = this.#turn;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#turn = promise;
    await before;
    try {
      return await work();
    } finally {
      resolve();
    }
  }

  async #run<T>(steps: Steps<T>): Promise<T> {
    const { clock } = this.#parts;
    return (await runInSlices(steps, { clock, sliceMs, signal: never })) as T;
  }
}

function partsOf(request: RemoteRequest): RequestParts {
  const histograms: OwnedHistogram[] = [];
  const exemplars: OwnedExemplar[] = [];
  for (let index = 0, left = request.oddCount; left > 0; index++) {
    if (!request.isOdd(index)) continue;
    left--;
    decodeBesideFloats(request.series(index), index, { histograms, exemplars });
  }
  return { request, histograms, exemplars };
}

function decodeParts(message: Uint8Array): RequestParts {
  const decoded = decodeWriteRequest(message);
  return { request: new DecodedRequest(decoded), ...decoded };
}
