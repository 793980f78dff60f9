/**
 * A page into the store. Source: scrape.go scrapeLoopAppender.append. In steps:
 * 1. the page is read against the target's cache (`PageReader`): texts that are known become rows without more ado,
 *    others are labelled, checked and given a series;
 * 2. rows go to the store as one batch whenever the columns are full, and at the end;
 * 3. where the store refused some, those of series that it forgot are made again, and the others counted;
 * 4. series that vanished get stale markers.
 */
import type { Steps } from '../base/index.js';
import { type Exemplar, wordsOf } from '../model/index.js';
import { type Appender, appendOutcome, appendOutcomeText, type SeriesRef } from '../storage/index.js';
import type { AppendParts } from './append-parts.js';
import type { BatchColumns } from './batch-columns.js';
import type { TextPage } from './page-format.js';
import type { PageTools } from './page-lanes.js';
import { PageReader, type RowExemplar } from './page-reader.js';

/** Samples further ahead of now than this are out of bounds. */
const maxAheadMs = 10 * 60 * 1000;

/** Series that are made again, and rows that are settled one by one, between two pauses. */
const stepSeries = 256;
/** Stale markers that are appended between two pauses. */
const stepStale = 4096;

/** Beside the store's outcomes: a row whose series could not be made again. */
const notTaken = 255;

/** What a page came to. With an `error` the appender must be rolled back. */
export interface AppendResult {
  readonly total: number;
  readonly added: number;
  readonly seriesAdded: number;
  readonly error: string | undefined;
}

/** No page, an empty one or a failed scrape: every series that was exposed gets a stale marker. */
export function* appendNothing(
  parts: AppendParts,
  batch: BatchColumns,
  appender: Appender,
  timeMs: number,
): Steps<AppendResult> {
  const error = yield* appendStaleMarkers(parts, batch, appender, timeMs);
  endIteration(parts, false);
  return { total: 0, added: 0, seriesAdded: 0, error };
}

/** Appends a page; the parts and tools are in use until the last step. */
export function* appendPage(
  parts: AppendParts,
  tools: PageTools,
  page: TextPage,
  appender: Appender,
  times: { timeMs: number; nowMs: number },
): Steps<AppendResult> {
  const run = new PageAppend(parts, tools, appender, times.timeMs);
  let error = yield* run.run(page, times.nowMs + maxAheadMs);
  const { cache, metadata } = parts;
  const { scan } = tools;
  const { total, added } = scan.counts;
  if (error === undefined && cache.isUnchangedBy(scan)) {
    cache.endUnchanged(metadata);
  } else {
    yield* cache.take(scan);
    if (error === undefined) error = yield* appendStaleMarkers(parts, tools.batch, appender, times.timeMs);
    if (error === undefined) endIteration(parts, true);
  }
  return { total, added, seriesAdded: run.seriesAdded, error };
}

function endIteration({ cache, metadata, metrics }: AppendParts, succeeded: boolean): void {
  if (cache.endIteration(succeeded, metadata)) metrics.cacheFlushForced.add(1);
}

function* appendStaleMarkers(
  { cache }: AppendParts,
  batch: BatchColumns,
  appender: Appender,
  timeMs: number,
): Steps<string | undefined> {
  const stale = yield* cache.collectStale();
  for (let start = 0; start < stale.length; start += stepStale) {
    if (start > 0) yield;
    const end = Math.min(start + stepStale, stale.length);
    batch.reset(end - start);
    for (let i = start; i < end; i++) batch.pushStale(stale[i] as SeriesRef, timeMs);
    if (appender.appendFloats(batch.asBatch(), batch.outcomes) === 0) continue;
    for (let i = 0; i < batch.length; i++) {
      const outcome = batch.outcomes[i] as number;
      if (outcome === appendOutcome.outOfBounds) return appendOutcomeText[outcome];
    }
  }
  return undefined;
}

class PageAppend {
  readonly #parts: AppendParts;
  readonly #tools: PageTools;
  readonly #appender: Appender;
  readonly #reader: PageReader;
  readonly #timeMs: number;
  #outOfOrder = 0;
  #duplicates = 0;
  #outOfBounds = 0;
  #lateExemplars = 0;
  /** The first refusal that fails the scrape; nothing is appended after it. */
  #refusal: string | undefined;

  constructor(parts: AppendParts, tools: PageTools, appender: Appender, timeMs: number) {
    this.#parts = parts;
    this.#tools = tools;
    this.#appender = appender;
    this.#timeMs = timeMs;
    this.#reader = new PageReader(parts, tools.scan, appender);
  }

  get seriesAdded(): number {
    return this.#reader.seriesAdded;
  }

  /** The error that fails the scrape, or undefined. */
  *run(page: TextPage, latestMs: number): Steps<string | undefined> {
    const { metrics } = this.#parts;
    const { scan } = this.#tools;
    yield* this.#reader.begin(page, { timeMs: this.#timeMs, latestMs });
    let error: string | undefined;
    for (;;) {
      const read = yield* this.#reader.read();
      if (read.kind === 'failed') error = read.error;
      // As upstream, what a failed scrape showed before it failed counts as exposed.
      if (error !== undefined || scan.isOverLimit || this.#refusal !== undefined) scan.track(0, scan.rows);
      else yield* this.#append(scan.rows, read.exemplars);
      scan.clearRows();
      if (read.kind !== 'rows') break;
      yield;
    }
    error ??= this.#refusal;
    if (scan.isOverLimit) {
      error ??= 'sample limit exceeded';
      metrics.exceededSampleLimit.add(1);
    }
    this.#logRejected();
    return error;
  }

  *#append(length: number, exemplars: readonly RowExemplar[]): Steps<void> {
    if (length === 0) return;
    const { scan, outcomes } = this.#tools;
    const { payloads: refs, times: timestamps, values } = scan.columns;
    const refused = this.#appender.appendFloats({ length, refs, timestamps, values }, outcomes);
    if (refused === 0) {
      scan.track(0, length);
    } else {
      yield* this.#renewForgotten(length);
      for (let row = 0; row < length; row++) {
        if (row % stepSeries === stepSeries - 1) yield;
        this.#settle(row);
      }
    }
    for (const { row, exemplar } of exemplars) this.#appendExemplar(row, exemplar);
  }

  /** Series that the store collected since are made again; the rows go in as a second batch. */
  *#renewForgotten(length: number): Steps<void> {
    const { scan, outcomes } = this.#tools;
    const { columns } = scan;
    const places: number[] = [];
    for (let row = 0; row < length; row++) {
      if (outcomes[row] !== appendOutcome.unknownSeries) continue;
      if (places.length % stepSeries === stepSeries - 1) yield;
      if (this.#reader.renew(row)) places.push(row);
      else outcomes[row] = notTaken;
    }
    const count = places.length;
    if (count === 0) return;
    const pick = (column: Float64Array): Float64Array =>
      Float64Array.from(places, (row) => column[row] as number);
    const values = new Float64Array(count);
    const from = wordsOf(columns.values);
    const to = wordsOf(values);
    for (let k = 0; k < count; k++) {
      to[2 * k] = from[2 * (places[k] as number)] as number;
      to[2 * k + 1] = from[2 * (places[k] as number) + 1] as number;
    }
    const again = { length: count, refs: pick(columns.payloads), timestamps: pick(columns.times), values };
    const renewed = new Uint8Array(count);
    this.#appender.appendFloats(again, renewed);
    for (let k = 0; k < count; k++) outcomes[places[k] as number] = renewed[k] as number;
  }

  #settle(row: number): void {
    const { metrics } = this.#parts;
    const outcome = this.#tools.outcomes[row] as keyof typeof appendOutcomeText | typeof notTaken;
    switch (outcome) {
      case appendOutcome.accepted:
        this.#tools.scan.track(row, row + 1);
        return;
      case appendOutcome.outOfOrder:
        this.#outOfOrder++;
        metrics.sampleOutOfOrder.add(1);
        return;
      case appendOutcome.duplicate:
        this.#duplicates++;
        return;
      case appendOutcome.outOfBounds:
        this.#outOfBounds++;
        return;
      case notTaken:
        return;
      default:
        this.#refusal ??= appendOutcomeText[outcome];
    }
  }

  #appendExemplar(row: number, exemplar: Exemplar): void {
    const { payloads, times } = this.#tools.scan.columns;
    const given = exemplar.hasTimestamp ? exemplar : { ...exemplar, timestampMs: times[row] as number };
    const outcome = this.#appender.appendExemplar(payloads[row] as SeriesRef, given);
    if (outcome === appendOutcome.outOfOrder) this.#lateExemplars++;
  }

  #logRejected(): void {
    const { logger, metrics } = this.#parts;
    const { counts } = this.#tools.scan;
    const warn = (message: string, count: number): void => {
      if (count > 0) logger.warn(message, { num_dropped: count });
    };
    const duplicates = this.#duplicates + counts.duplicates;
    const outOfBounds = this.#outOfBounds + counts.outOfBounds;
    if (this.#lateExemplars > 0) metrics.exemplarOutOfOrder.add(this.#lateExemplars);
    if (duplicates > 0) metrics.sampleDuplicate.add(duplicates);
    if (outOfBounds > 0) metrics.sampleOutOfBounds.add(outOfBounds);
    warn('Error on ingesting out-of-order exemplars', this.#lateExemplars);
    warn('Error on creating series: series limit reached', this.#reader.refusedSeries);
    warn('Error on ingesting out-of-order samples', this.#outOfOrder);
    warn('Error on ingesting samples with different value but same timestamp', duplicates);
    warn('Error on ingesting samples that are too old or are too far into the future', outOfBounds);
  }
}
