/**
 * A page into the store: one batch of columns a scrape. Source: scrape.go scrapeLoopAppender.append. In steps:
 * 1. each row's text is looked up in the cache; texts not yet known are labelled, checked and given a series;
 * 2. rows become one batch, which the store takes whole and answers with one outcome a row;
 * 3. rows of series that the store forgot are given a series again and appended once more;
 * 4. outcomes are counted and accepted series tracked; series that vanished get stale markers.
 */
import { quoteGo, type Steps } from '../base/index.js';
import { type Exemplar, wordsOf } from '../model/index.js';
import {
  type Appender,
  appendOutcome,
  appendOutcomeText,
  noSeries,
  type SeriesRef,
} from '../storage/index.js';
import type { Logger } from '../telemetry/index.js';
import type { BatchColumns } from './batch-columns.js';
import type { MetadataCache } from './metadata-cache.js';
import type { ScrapeOptions } from './options.js';
import { sampleLabels } from './sample-labels.js';
import { hashSeries, type ScrapeCache, type SeriesHash } from './scrape-cache.js';
import type { ScrapeMetrics } from './scrape-metrics.js';
import type { ScrapedPage } from './scraped-page.js';
import type { Target } from './target.js';

/** Samples further ahead of now than this are out of bounds. */
const maxAheadMs = 10 * 60 * 1000;

/** Bytes of series texts that are looked at between two pauses, each row weighing some more: a millisecond or two. */
const stepWork = 64 * 1024;
const rowWork = 256;
/** Rows that are appended, and series that are made again, between two pauses. */
const stepRows = 8192;
const stepSeries = 256;

export interface AppendParts {
  readonly options: ScrapeOptions;
  readonly target: Target;
  readonly cache: ScrapeCache;
  readonly metadata: MetadataCache;
  readonly batch: BatchColumns;
  readonly metrics: ScrapeMetrics;
  readonly logger: Logger;
}

/** What a page came to. With an `error` the appender must be rolled back. */
export interface AppendResult {
  readonly total: number;
  readonly added: number;
  readonly seriesAdded: number;
  readonly error: string | undefined;
}

/** No page, an empty one or a failed scrape: every series that was exposed gets a stale marker. */
export function appendNothing(parts: AppendParts, appender: Appender, timeMs: number): AppendResult {
  const error = appendStaleMarkers(parts, appender, timeMs);
  endIteration(parts, false);
  return { total: 0, added: 0, seriesAdded: 0, error };
}

/** Appends a page; the parts are in use until the last step. */
export function* appendPage(
  parts: AppendParts,
  page: ScrapedPage,
  appender: Appender,
  times: { timeMs: number; nowMs: number },
): Steps<AppendResult> {
  const run = new PageAppend(parts, page, appender, times);
  const error = (yield* run.run()) ?? appendStaleMarkers(parts, appender, times.timeMs);
  if (error === undefined) endIteration(parts, true);
  return { total: run.total, added: run.added, seriesAdded: run.seriesAdded, error };
}

function endIteration({ cache, metadata, metrics }: AppendParts, succeeded: boolean): void {
  const { iteration } = cache;
  const forced = cache.endIteration({ succeeded, metadataCount: metadata.size });
  if (forced) metrics.cacheFlushForced.add(1);
  if (succeeded || forced) metadata.forget(iteration);
}

function appendStaleMarkers(parts: AppendParts, appender: Appender, timeMs: number): string | undefined {
  const stale: SeriesRef[] = [];
  parts.cache.collectStale(stale);
  if (stale.length === 0) return undefined;
  const { batch } = parts;
  batch.reset(stale.length);
  for (const ref of stale) batch.pushStale(ref, timeMs);
  if (appender.appendFloats(batch.asBatch(), batch.outcomes) === 0) return undefined;
  for (let i = 0; i < batch.length; i++) {
    const outcome = batch.outcomes[i] as number;
    if (outcome === appendOutcome.outOfBounds) return appendOutcomeText[outcome];
  }
  return undefined;
}

class PageAppend {
  total = 0;
  added = 0;
  seriesAdded = 0;
  readonly #parts: AppendParts;
  readonly #page: ScrapedPage;
  readonly #appender: Appender;
  readonly #timeMs: number;
  readonly #latestMs: number;
  readonly #words: Uint32Array;
  readonly #hash: SeriesHash = { low: 0, high: 0 };
  #appended = 0;
  #isOverSampleLimit = false;
  #outOfOrder = 0;
  #duplicates = 0;
  #outOfBounds = 0;
  #refusedSeries = 0;

  constructor(
    parts: AppendParts,
    page: ScrapedPage,
    appender: Appender,
    times: { timeMs: number; nowMs: number },
  ) {
    this.#parts = parts;
    this.#page = page;
    this.#appender = appender;
    this.#timeMs = times.timeMs;
    this.#latestMs = times.nowMs + maxAheadMs;
    this.#words = wordsOf(page.values);
  }

  /** The error that fails the scrape, or undefined. */
  *run(): Steps<string | undefined> {
    const { batch, metadata, cache, metrics } = this.#parts;
    batch.reset(this.#page.length);
    yield* metadata.update(this.#page, cache.iteration);
    let error = yield* this.#takeRows();
    error ??= this.#page.error;
    if (error === undefined && !this.#isOverSampleLimit) error = yield* this.#append();
    else this.#trackAll();
    if (this.#isOverSampleLimit) {
      error ??= 'sample limit exceeded';
      metrics.exceededSampleLimit.add(1);
    }
    this.#logRejected();
    return error;
  }

  *#takeRows(): Steps<string | undefined> {
    const { seriesStart, seriesEnd } = this.#page;
    let work = 0;
    for (let row = 0; row < this.#page.length; row++) {
      const start = seriesStart[row] as number;
      const end = seriesEnd[row] as number;
      work += rowWork + end - start;
      if (work > stepWork) {
        yield;
        work = rowWork + end - start;
      }
      const isUnknown = this.#takeKnown(row, start, end);
      if (!isUnknown) continue;
      const error = yield* this.#takeUnknown(row, end - start > stepWork);
      if (error !== undefined) return error;
    }
    return undefined;
  }

  /** True for a text that is not in the cache. */
  #takeKnown(row: number, start: number, end: number): boolean {
    const { cache } = this.#parts;
    this.total++;
    hashSeries(this.#page.bytes, start, end, cache.seed, this.#hash);
    const slot = cache.find(this.#hash);
    if (slot < 0) return true;
    const ownMs = this.#ownMs(row);
    const isRepeated = cache.touch(slot);
    if (cache.isDropped(slot)) return false;
    this.added++;
    if (isRepeated && ownMs === undefined) this.#duplicates++;
    else if (this.#passesLimits(ownMs ?? this.#timeMs)) {
      this.#push(row, slot, cache.ref(slot), ownMs ?? this.#timeMs);
    }
    return false;
  }

  /** The row's own timestamp, where there is one and it counts. */
  #ownMs(row: number): number | undefined {
    const own = this.#page.timestamps[row] as number;
    return this.#parts.options.honorTimestamps && !Number.isNaN(own) ? own : undefined;
  }

  #push(row: number, slot: number, ref: SeriesRef, timestampMs: number): void {
    this.#parts.batch.push({ ref, timestampMs, words: this.#words, from: row, row, slot });
  }

  /** For the text that was looked up last. A long one pauses between what is done with it. */
  *#takeUnknown(row: number, isLong: boolean): Steps<string | undefined> {
    const { cache, options, target, metrics } = this.#parts;
    if (this.#isOverSampleLimit && options.metricRelabelConfigs.length === 0) {
      // The scrape fails whatever the labels are, and no rule could drop the sample: it need only be counted.
      this.added++;
      return undefined;
    }
    const scraped = this.#page.labels(row);
    if (isLong) yield;
    const result = sampleLabels(scraped, target.labels, options);
    if (isLong) yield;
    if (result.kind === 'dropped') {
      cache.addDropped(this.#hash);
      return undefined;
    }
    if (result.kind === 'invalid') {
      if (result.overLimit) metrics.exceededLabelLimits.add(1);
      return result.error;
    }
    const duplicate = this.#page.duplicateLabel(row);
    if (duplicate !== undefined) return `label name ${quoteGo(duplicate)} is not unique: invalid sample`;
    this.added++;
    const timestampMs = this.#ownMs(row) ?? this.#timeMs;
    if (!this.#passesLimits(timestampMs)) return undefined;
    const ref = this.#appender.series(result.labels);
    if (ref === noSeries) {
      this.#refusedSeries++;
      return undefined;
    }
    this.#push(row, cache.add(this.#hash, ref), ref, timestampMs);
    this.seriesAdded++;
    return undefined;
  }

  /** The sample limit counts samples that would be appended; none is appended beyond it. */
  #passesLimits(timestampMs: number): boolean {
    const { sampleLimit } = this.#parts.options;
    this.#appended++;
    if (sampleLimit > 0 && this.#appended > sampleLimit) {
      this.#isOverSampleLimit = true;
      return false;
    }
    if (timestampMs <= this.#latestMs) return true;
    this.#outOfBounds++;
    return false;
  }

  *#append(): Steps<string | undefined> {
    const { batch } = this.#parts;
    let rejected = 0;
    for (let start = 0; start < batch.length; start += stepRows) {
      const end = Math.min(start + stepRows, batch.length);
      rejected += this.#appender.appendFloats(
        batch.rowsBetween(start, end),
        batch.outcomes.subarray(start, end),
      );
      yield;
    }
    if (rejected > 0) yield* this.#renewForgotten();
    let error: string | undefined;
    for (let i = 0; i < batch.length; i++) {
      if (i % stepRows === stepRows - 1) yield;
      error ??= this.#settle(i);
    }
    if (this.#page.exemplars.size > 0) yield* this.#appendExemplars();
    return error;
  }

  /** Series that the store collected since are made again; the rows go in as a second batch. */
  *#renewForgotten(): Steps<void> {
    const { batch, cache, options, target } = this.#parts;
    let renewed = 0;
    const places: number[] = [];
    for (let i = 0; i < batch.length; i++) {
      if (batch.outcomes[i] !== appendOutcome.unknownSeries) continue;
      if (renewed % stepSeries === stepSeries - 1) yield;
      const result = sampleLabels(this.#page.labels(batch.rows[i] as number), target.labels, options);
      if (result.kind !== 'kept') continue;
      const ref = this.#appender.series(result.labels);
      cache.setRef(batch.slots[i] as number, ref);
      batch.refs[i] = ref;
      places.push(i);
      renewed++;
    }
    if (renewed === 0) return;
    const pick = (column: Float64Array): Float64Array =>
      Float64Array.from(places, (i) => column[i] as number);
    const outcomes = new Uint8Array(renewed);
    const values = new Float64Array(renewed);
    const from = wordsOf(batch.values);
    const to = wordsOf(values);
    for (let k = 0; k < renewed; k++) {
      to[2 * k] = from[2 * (places[k] as number)] as number;
      to[2 * k + 1] = from[2 * (places[k] as number) + 1] as number;
    }
    const again = { length: renewed, refs: pick(batch.refs), timestamps: pick(batch.timestamps), values };
    this.#appender.appendFloats(again, outcomes);
    for (let k = 0; k < renewed; k++) batch.outcomes[places[k] as number] = outcomes[k] as number;
  }

  #settle(i: number): string | undefined {
    const { batch, metrics } = this.#parts;
    const outcome = batch.outcomes[i] as keyof typeof appendOutcomeText;
    switch (outcome) {
      case appendOutcome.accepted:
        this.#track(i);
        return undefined;
      case appendOutcome.outOfOrder:
        this.#outOfOrder++;
        metrics.sampleOutOfOrder.add(1);
        return undefined;
      case appendOutcome.duplicate:
        this.#duplicates++;
        return undefined;
      case appendOutcome.outOfBounds:
        this.#outOfBounds++;
        return undefined;
      default:
        return appendOutcomeText[outcome];
    }
  }

  /** Series with timestamps of their own go stale by themselves, unless the job says otherwise. */
  #track(i: number): void {
    const { batch, cache, options } = this.#parts;
    const own = this.#page.timestamps[batch.rows[i] as number] as number;
    const hasOwn = options.honorTimestamps && !Number.isNaN(own);
    if (!hasOwn || options.trackTimestampsStaleness) cache.track(batch.slots[i] as number);
  }

  /** As upstream, what a failed scrape showed before it failed counts as exposed. */
  #trackAll(): void {
    for (let i = 0; i < this.#parts.batch.length; i++) this.#track(i);
  }

  *#appendExemplars(): Steps<void> {
    const { batch, metrics, logger } = this.#parts;
    let late = 0;
    for (let i = 0; i < batch.length; i++) {
      if (i % stepRows === stepRows - 1) yield;
      const exemplars = this.#page.exemplars.get(batch.rows[i] as number);
      if (exemplars === undefined) continue;
      const timestampMs = batch.timestamps[i] as number;
      const rejected = this.#appendRowExemplars(batch.refs[i] as SeriesRef, exemplars, timestampMs);
      if (rejected === exemplars.length) late += rejected;
    }
    if (late === 0) return;
    metrics.exemplarOutOfOrder.add(late);
    logger.warn('Error on ingesting out-of-order exemplars', { num_dropped: late });
  }

  #appendRowExemplars(ref: SeriesRef, exemplars: readonly Exemplar[], timestampMs: number): number {
    let late = 0;
    for (const exemplar of exemplars) {
      const given = exemplar.hasTimestamp ? exemplar : { ...exemplar, timestampMs };
      if (this.#appender.appendExemplar(ref, given) === appendOutcome.outOfOrder) late++;
    }
    return late;
  }

  #logRejected(): void {
    const { logger, metrics } = this.#parts;
    if (this.#refusedSeries > 0) {
      logger.warn('Error on creating series: series limit reached', { num_dropped: this.#refusedSeries });
    }
    if (this.#outOfOrder > 0) {
      logger.warn('Error on ingesting out-of-order samples', { num_dropped: this.#outOfOrder });
    }
    if (this.#duplicates > 0) {
      metrics.sampleDuplicate.add(this.#duplicates);
      logger.warn('Error on ingesting samples with different value but same timestamp', {
        num_dropped: this.#duplicates,
      });
    }
    if (this.#outOfBounds > 0) {
      metrics.sampleOutOfBounds.add(this.#outOfBounds);
      logger.warn('Error on ingesting samples that are too old or are too far into the future', {
        num_dropped: this.#outOfBounds,
      });
    }
  }
}
