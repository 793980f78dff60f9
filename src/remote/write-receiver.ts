/**
 * Stores requests of remote write 1.0 (storage/remote/write_handler.go). A request with a sample that cannot be stored
 * is answered as upstream answers it; unlike there, its good samples are kept, since its sender never sends them again.
 */
import { type Clock, messageOf, UserError } from '../base/index.js';
import { type Histogram, reduceResolution, validateHistogram } from '../model/index.js';
import {
  type Appender,
  type AppendOutcome,
  appendOutcome,
  appendOutcomeText,
  noSeries,
  type SeriesRef,
  type Storage,
} from '../storage/index.js';
import type { Logger, MetricRegistry } from '../telemetry/index.js';
import { decodeLabels, decodeWriteRequest, type WriteRequest } from './decode-write-request.js';
import type { FloatColumns } from './float-columns.js';
import { SeriesCache } from './series-cache.js';
import { WireError } from './wire-reader.js';

export interface WriteReceiverParts {
  appender(): ReturnType<Storage['appender']>;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: MetricRegistry;
}

export interface StoreOutcome {
  readonly status: 204 | 400 | 500 | 503;
  /** "" where the status is 204. */
  readonly error: string;
}

const maxAheadMs = 10 * 60 * 1000;
const finestSchema = 8;
const finestSchemaAccepted = 52;
const done: StoreOutcome = { status: 204, error: '' };
/** Passing trouble of this machine: the sender is to try again. */
const passingCodes = new Set(['disk-full', 'wal-overloaded', 'no-memory']);

export class WriteReceiver {
  readonly #parts: WriteReceiverParts;
  readonly #cache = new SeriesCache();
  readonly #invalidLabels: { add(amount: number): void };
  readonly #withoutMetadata: { add(amount: number): void };

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

  /** `bytes`: the decompressed message. Resolves when what was accepted is as durable as the store promises. */
  async store(bytes: Uint8Array): Promise<StoreOutcome> {
    let request: WriteRequest;
    try {
      request = decodeWriteRequest(bytes);
    } catch (error) {
      return this.#refuseMessage(error);
    }
    const appender = this.#parts.appender();
    let staged: StagedRequest;
    try {
      const refs = this.#resolve(request, appender);
      staged = this.#append(request, refs, appender);
    } catch (error) {
      appender.rollback();
      return this.#refuseMessage(error);
    }
    try {
      await appender.commit('acknowledged');
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

  #refuseMessage(error: unknown): StoreOutcome {
    if (!(error instanceof WireError)) throw error;
    this.#parts.logger.error('Error decoding v1 remote write request', { err: error.message });
    return { status: 400, error: error.message };
  }

  /** One reference a series of the request: `noSeries` where it is dropped, -1 where there is no room for it. */
  #resolve(request: WriteRequest, appender: Appender): Float64Array {
    const { bytes, labelRanges, seriesCount } = request;
    const refs = new Float64Array(seriesCount);
    let dropped = 0;
    for (let owner = 0; owner < seriesCount; owner++) {
      const at = labelRanges[owner * 2] as number;
      const end = labelRanges[owner * 2 + 1] as number;
      const known = this.#cache.find(bytes, at, end);
      refs[owner] = known === noSeries ? this.#lookUp(request, owner, appender) : known;
      if (refs[owner] === noSeries) dropped++;
    }
    if (dropped > 0) {
      this.#invalidLabels.add(dropped);
      this.#parts.logger.warn('Invalid metric names or labels', { series: dropped });
    }
    return refs;
  }

  #lookUp({ bytes, labelRanges }: WriteRequest, owner: number, appender: Appender): SeriesRef | -1 {
    const at = labelRanges[owner * 2] as number;
    const end = labelRanges[owner * 2 + 1] as number;
    const labels = decodeLabels(bytes, at, end);
    if (labels === undefined) return noSeries;
    const ref = appender.series(labels);
    if (ref === noSeries) return -1;
    this.#cache.put(bytes, { at, end, ref });
    return ref;
  }

  #append(request: WriteRequest, refs: Float64Array, appender: Appender): StagedRequest {
    const staged = new StagedRequest();
    const limitMs = this.#parts.clock.nowMs() + maxAheadMs;
    this.#appendFloats(request, { refs, appender, limitMs }, staged);
    for (const { owner, exemplar } of request.exemplars) {
      const ref = refs[owner] as number;
      if (ref > 0) appender.appendExemplar(ref as SeriesRef, exemplar);
    }
    for (const { owner, timestampMs, histogram } of request.histograms) {
      const ref = refs[owner] as number;
      if (ref === noSeries) continue;
      if (ref < 0) {
        staged.refuse(appendOutcome.limit);
        continue;
      }
      const reduced = reduceFine(histogram);
      const problem = validateHistogram(reduced);
      if (problem !== undefined) staged.refuse(appendOutcome.invalidHistogram, problem);
      else if (timestampMs > limitMs) staged.refuse(appendOutcome.outOfBounds);
      else {
        const append = (series: SeriesRef): AppendOutcome =>
          appender.appendHistogram({ ref: series, timestampMs, histogram: reduced });
        let outcome = append(ref as SeriesRef);
        if (outcome === appendOutcome.unknownSeries) {
          refs[owner] = this.#lookUp(request, owner, appender);
          if ((refs[owner] as number) > 0) outcome = append(refs[owner] as SeriesRef);
        }
        staged.count(outcome);
      }
    }
    return staged;
  }

  #appendFloats(request: WriteRequest, context: AppendContext, staged: StagedRequest): void {
    const { floats } = request;
    const { refs, appender, limitMs } = context;
    const length = keepWritable(floats, { refs, limitMs, staged });
    if (length === 0) return;
    const outcomes = new Uint8Array(length);
    const refused = appender.appendFloats(batchOf(floats, 0, length), outcomes);
    staged.sampleCount += length - refused;
    if (refused === 0) return;
    for (let row = 0; row < length; row++) {
      const outcome = outcomes[row] as AppendOutcome;
      if (outcome === appendOutcome.accepted) continue;
      if (outcome === appendOutcome.unknownSeries) {
        staged.count(this.#appendToLost(request, row, context));
      } else staged.refuse(outcome);
    }
  }

  /** The store forgot a series that was without samples for long: it is made again. */
  #appendToLost(request: WriteRequest, row: number, { refs, appender }: AppendContext): AppendOutcome {
    const { floats } = request;
    const owner = floats.owners[row] as number;
    if (refs[owner] === floats.refs[row]) refs[owner] = this.#lookUp(request, owner, appender);
    const ref = refs[owner] as number;
    if (ref <= 0) return appendOutcome.limit;
    floats.refs[row] = ref;
    const outcome = new Uint8Array(1);
    appender.appendFloats(batchOf(floats, row, row + 1), outcome);
    return outcome[0] as AppendOutcome;
  }
}

interface AppendContext {
  readonly refs: Float64Array;
  readonly appender: Appender;
  readonly limitMs: number;
}

/** What became of a request's samples. */
class StagedRequest {
  sampleCount = 0;
  /** Of the first refused sample. */
  error = '';
  isFull = false;

  count(outcome: AppendOutcome): void {
    if (outcome === appendOutcome.accepted) this.sampleCount++;
    else this.refuse(outcome);
  }

  refuse(outcome: AppendOutcome, text: string = appendOutcomeText[outcome]): void {
    if (this.error === '') this.error = text;
    if (outcome === appendOutcome.limit) this.isFull = true;
  }
}

function batchOf(floats: FloatColumns, start: number, end: number) {
  return {
    length: end - start,
    refs: floats.refs.subarray(start, end),
    timestamps: floats.timestamps.subarray(start, end),
    values: floats.values.subarray(start, end),
  };
}

/** Moves the rows together that the store is to see; answers how many. */
function keepWritable(
  floats: FloatColumns,
  { refs, limitMs, staged }: { refs: Float64Array; limitMs: number; staged: StagedRequest },
): number {
  const { owners, timestamps, values } = floats;
  let kept = 0;
  for (let row = 0; row < floats.length; row++) {
    const ref = refs[owners[row] as number] as number;
    const timestampMs = timestamps[row] as number;
    if (ref === noSeries) continue;
    if (ref < 0) staged.refuse(appendOutcome.limit);
    else if (timestampMs > limitMs || timestampMs < Number.MIN_SAFE_INTEGER) {
      staged.refuse(appendOutcome.outOfBounds);
    } else {
      floats.refs[kept] = ref;
      owners[kept] = owners[row] as number;
      timestamps[kept] = timestampMs;
      if (kept !== row) values.copyWithin(kept, row, row + 1);
      kept++;
    }
  }
  return kept;
}

/** Exponential schemas finer than ours are reduced, as upstream. */
function reduceFine(histogram: Histogram): Histogram {
  const { schema } = histogram;
  const isFine = schema > finestSchema && schema <= finestSchemaAccepted;
  return isFine ? reduceResolution(histogram, finestSchema) : histogram;
}
