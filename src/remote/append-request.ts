/** A request that was read, into an appender: slices of a few milliseconds, in upstream's order of kinds. */
import type { Steps } from '../base/index.js';
import { type Histogram, reduceResolution, validateHistogram } from '../model/index.js';
import {
  type Appender,
  type AppendOutcome,
  appendOutcome,
  appendOutcomeText,
  noSeries,
  type SeriesRef,
} from '../storage/index.js';
import { decodeLabels, type OwnedExemplar, type OwnedHistogram } from './decode-write-request.js';
import type { ReadRequest } from './read-request.js';

const finestSchema = 8;
const finestSchemaAccepted = 52;
const rowsInStep = 8192;
const seriesInStep = 256;

export interface RequestParts {
  readonly request: ReadRequest;
  readonly histograms: readonly OwnedHistogram[];
  readonly exemplars: readonly OwnedExemplar[];
}

export class RequestAppender {
  readonly #request: ReadRequest;
  readonly #parts: RequestParts;
  readonly #appender: Appender;
  readonly #latestMs: number;
  /** What became of the samples. */
  sampleCount = 0;
  /** Of the first refused sample. */
  error = '';
  isFull = false;

  constructor(parts: RequestParts, appender: Appender, latestMs: number) {
    this.#request = parts.request;
    this.#parts = parts;
    this.#appender = appender;
    this.#latestMs = latestMs;
  }

  /** Gives every series its ref; answers how many are dropped for their labels. Throws `WireError`. */
  *resolve(): Steps<number> {
    const request = this.#request;
    if (request.unknownCount === 0) return 0;
    if (this.#appender.seriesOfTexts !== undefined) {
      const resolved = yield* this.#resolveTexts();
      if (resolved === request.unknownCount) return 0;
    }
    let dropped = 0;
    let looked = 0;
    for (let index = 0; index < request.seriesCount; index++) {
      if (request.refOf(index) !== noSeries) continue;
      if (looked++ % seriesInStep === 0) {
        yield;
        yield* request.makeRoom();
      }
      this.#lookUp(index);
      if (request.refOf(index) === noSeries) dropped++;
    }
    return dropped;
  }

  /** Answers how many there were. */
  *#resolveTexts(): Steps<number> {
    const request = this.#request;
    let resolved = 0;
    yield* request.makeRoom();
    for (;;) {
      const texts = request.nextTexts();
      if (texts === undefined) return resolved;
      const { length, owners } = texts;
      resolved += length;
      const refs = new Float64Array(length);
      this.#appender.seriesOfTexts?.(texts, refs);
      for (let i = 0; i < length; i++) {
        const ref = refs[i] as number;
        if (ref === noSeries) request.setRef(owners[i] as number, -1);
        else request.learn(owners[i] as number, ref);
      }
      yield;
      yield* request.makeRoom();
    }
  }

  #lookUp(index: number): void {
    const request = this.#request;
    const bytes = request.labels(index);
    const labels = decodeLabels(bytes, 0, bytes.length);
    if (labels === undefined) {
      request.setRef(index, noSeries);
      return;
    }
    const ref = this.#appender.series(labels);
    if (ref === noSeries) request.setRef(index, -1);
    else request.learn(index, ref);
  }

  *append(): Steps<void> {
    const request = this.#request;
    yield* request.fill(this.#latestMs);
    const { first, isFull } = request.refusals;
    if (first !== appendOutcome.accepted) this.#refuse(first as AppendOutcome);
    if (isFull) this.isFull = true;
    for (let from = 0; from < request.keptCount; from += rowsInStep) {
      if (from > 0) yield;
      this.#appendFloats(from, Math.min(request.keptCount, from + rowsInStep));
    }
    for (const { owner, exemplar } of this.#parts.exemplars) {
      const ref = request.refOf(owner);
      if (ref > 0) this.#appender.appendExemplar(ref as SeriesRef, exemplar);
    }
    let appended = 0;
    for (const histogram of this.#parts.histograms) {
      this.#appendHistogram(histogram);
      if (++appended % seriesInStep === 0) yield;
    }
  }

  #appendFloats(from: number, to: number): void {
    const request = this.#request;
    const outcomes = new Uint8Array(to - from);
    const refused = this.#appender.appendFloats(request.rows(from, to), outcomes);
    this.sampleCount += to - from - refused;
    if (refused === 0) return;
    for (let row = 0; row < outcomes.length; row++) {
      const outcome = outcomes[row] as AppendOutcome;
      if (outcome === appendOutcome.unknownSeries) this.#appendToLost(from + row);
      else if (outcome !== appendOutcome.accepted) this.#refuse(outcome);
    }
  }

  /** The store forgot a series that was without samples for long: it is made again. */
  #appendToLost(row: number): void {
    const request = this.#request;
    const { owners, refs } = request.rows(row, row + 1);
    const owner = owners[0] as number;
    if (request.refOf(owner) === refs[0]) this.#lookUp(owner);
    const ref = request.refOf(owner);
    const one = request.rows(row, row + 1);
    one.refs[0] = ref;
    const outcome = new Uint8Array(1).fill(appendOutcome.limit);
    if (ref > 0) this.#appender.appendFloats(one, outcome);
    this.#count(outcome[0] as AppendOutcome);
  }

  #appendHistogram({ owner, timestampMs, histogram }: OwnedHistogram): void {
    const request = this.#request;
    const ref = request.refOf(owner);
    if (ref === noSeries) return;
    if (ref < 0) {
      this.#refuse(appendOutcome.limit);
      return;
    }
    const reduced = reduceFine(histogram);
    const problem = validateHistogram(reduced);
    if (problem !== undefined) this.#refuse(appendOutcome.invalidHistogram, problem);
    else if (timestampMs > this.#latestMs) this.#refuse(appendOutcome.outOfBounds);
    else {
      const append = (series: number): AppendOutcome =>
        this.#appender.appendHistogram({ ref: series as SeriesRef, timestampMs, histogram: reduced });
      let outcome = append(ref);
      if (outcome === appendOutcome.unknownSeries) {
        this.#lookUp(owner);
        outcome = request.refOf(owner) > 0 ? append(request.refOf(owner)) : appendOutcome.limit;
      }
      this.#count(outcome);
    }
  }

  #count(outcome: AppendOutcome): void {
    if (outcome === appendOutcome.accepted) this.sampleCount++;
    else this.#refuse(outcome);
  }

  #refuse(outcome: AppendOutcome, text: string = appendOutcomeText[outcome]): void {
    if (this.error === '') this.error = text;
    if (outcome === appendOutcome.limit) this.isFull = true;
  }
}

/** Exponential schemas finer than ours are reduced, as upstream. */
function reduceFine(histogram: Histogram): Histogram {
  const { schema } = histogram;
  const isFine = schema > finestSchema && schema <= finestSchemaAccepted;
  return isFine ? reduceResolution(histogram, finestSchema) : histogram;
}
