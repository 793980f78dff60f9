/**
 * One target's scrapes, one after the other. Source: scrape.go scrapeLoop. The first is due at the target's offset in
 * the interval, each later one a whole number of intervals after it; a scrape that runs over its interval is followed
 * at once by the next, and the ticks between are left out.
 */
import type { Clock, Steps, Timer } from '../base/index.js';
import { formatDuration, maxTimerMs, messageOf } from '../base/index.js';
import { Cancellation, type HttpGet } from '../http/index.js';
import type { Appendable, Appender } from '../storage/index.js';
import type { Logger } from '../telemetry/index.js';
import { type AppendResult, appendNothing, appendPage } from './append-page.js';
import type { MetadataCache } from './metadata-cache.js';
import type { ScrapeOptions } from './options.js';
import { type PageBody, pageOfBody } from './page-format.js';
import type { PageLanes, PageTools } from './page-lanes.js';
import { ReportSeries } from './report-samples.js';
import type { ScrapeBeat } from './scrape-beat.js';
import type { ScrapeCache } from './scrape-cache.js';
import type { ScrapeMetrics } from './scrape-metrics.js';
import { type FetchedBody, type FetchFailure, PageSource, type SelfTarget } from './scrape-once.js';
import type { Target } from './target.js';

/** What the loops of a server share. */
export interface LoopPorts {
  readonly clock: Clock;
  readonly storage: Appendable;
  readonly logger: Logger;
  readonly metrics: ScrapeMetrics;
  readonly lanes: PageLanes;
  readonly self: SelfTarget | undefined;
  readonly offsetSeed: bigint;
  readonly beat: ScrapeBeat;
}

export interface LoopOptions {
  readonly target: Target;
  readonly options: ScrapeOptions;
  readonly http: HttpGet;
  readonly cache: ScrapeCache;
  readonly metadata: MetadataCache;
  readonly intervalMs: number;
  readonly timeoutMs: number;
}

/** What came of a scrape, with the appender that holds it. */
interface Appended {
  readonly result: AppendResult;
  readonly appender: Appender;
  readonly error: string | undefined;
  readonly bodyBytes: number;
}

/** What a stale marker weighs beside the bytes of a page. */
const staleBytes = 16;

/** Times are moved to the schedule when they are off by no more than this. */
const toleranceMs = 2;

export class ScrapeLoop {
  readonly cache: ScrapeCache;
  readonly metadata: MetadataCache;
  readonly #ports: LoopPorts;
  readonly #given: LoopOptions;
  readonly #report: ReportSeries;
  readonly #logger: Logger;
  #forcedError: string | undefined;
  #isStopped = false;
  #timer: Timer | undefined;
  #running: Promise<void> | undefined;
  readonly #shutdown = new AbortController();
  readonly #cancellation = new Cancellation();
  readonly #source: PageSource;
  readonly #intervalText: string;
  #nextTickMs = 0;
  #alignedMs = 0;
  #lastStartMs: number | undefined;

  constructor(ports: LoopPorts, given: LoopOptions) {
    this.cache = given.cache;
    this.metadata = given.metadata;
    this.#ports = ports;
    this.#given = given;
    this.#report = new ReportSeries(given.target, { extra: given.options.extraScrapeMetrics });
    this.#logger = ports.logger.with({ target: given.target.url });
    this.#intervalText = formatDuration(given.intervalMs);
    this.#source = new PageSource({
      url: given.target.url,
      options: given.options,
      timeoutMs: given.timeoutMs,
      socketPath: given.target.socketPath,
      http: given.http,
      self: ports.self,
      cancellation: this.#cancellation,
    });
  }

  /** Every scrape fails with this, without a request; undefined to go back to scraping. */
  setForcedError(error: string | undefined): void {
    this.#forcedError = error;
  }

  start(): void {
    const { clock, offsetSeed, beat } = this.#ports;
    const { target, intervalMs } = this.#given;
    const nowMs = clock.nowMs();
    const offsetMs = beat.align(target.offsetMs({ intervalMs, seed: offsetSeed, nowMs }), {
      nowMs,
      intervalMs,
    });
    const dueMs = clock.monotonicMs() + offsetMs;
    this.#waitUntil(dueMs, () => {
      this.#alignedMs = clock.nowMs();
      this.#nextTickMs = dueMs + intervalMs;
      this.#scrape();
    });
  }

  /** Timers are cut where they would be too long, and set anew where they fire early. */
  #waitUntil(dueMs: number, run: () => void): void {
    const { clock } = this.#ports;
    const waitMs = Math.min(Math.max(0, Math.ceil(dueMs - clock.monotonicMs())), maxTimerMs);
    this.#timer = clock.after(waitMs, () => {
      if (clock.monotonicMs() < dueMs - 1) this.#waitUntil(dueMs, run);
      else run();
    });
  }

  /** Resolves once no scrape runs; none starts after. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  /** Ends a running scrape at once; for the end of the process. */
  abort(): void {
    this.#shutdown.abort();
    this.#cancellation.cancel('aborted');
  }

  /**
   * The target is gone: its series get stale markers, two ticks and a tenth later, unless another target has written
   * them by then. The time is that of the tick at which the next scrape would have been.
   */
  async markGone(signal: AbortSignal): Promise<void> {
    if (this.#lastStartMs === undefined) return;
    const { clock, storage } = this.#ports;
    const { intervalMs } = this.#given;
    try {
      await clock.sleep(Math.max(0, this.#nextTickMs - clock.monotonicMs()), signal);
      const staleMs = clock.nowMs();
      await clock.sleep(intervalMs, signal);
      await clock.sleep(intervalMs / 10, signal);
      let appender = storage.appender();
      const failed = await this.#appendNothing(appender, staleMs, signal);
      if (failed !== undefined) {
        appender.rollback();
        appender = storage.appender();
        this.#logger.warn('Stale append failed', { err: failed });
      }
      const unreported = this.#report.appendStale(this.#ports.lanes.batch, appender, staleMs);
      if (unreported !== undefined) this.#logger.warn('Stale report failed', { err: unreported });
      await appender.commit('scraped');
    } catch (error) {
      if (!signal.aborted) this.#logger.warn('Stale commit failed', { err: messageOf(error) });
    }
  }

  #parts() {
    const { target, options } = this.#given;
    const { metrics } = this.#ports;
    const { cache, metadata } = this;
    return { options, target, cache, metadata, metrics, logger: this.#logger };
  }

  /** Upstream's text of what kept the stale markers out, or undefined. */
  async #appendNothing(appender: Appender, timeMs: number, signal: AbortSignal): Promise<string | undefined> {
    const work = this.cache.size * staleBytes;
    const result = await this.#ports.lanes.run(work, signal, ({ batch }) =>
      appendNothing(this.#parts(), batch, appender, timeMs),
    );
    return result?.error;
  }

  /** A scrape out of turn, for benchmarks. */
  scrapeOnce(): Promise<void> {
    return this.#scrapeAndReport(this.#ports.clock.nowMs());
  }

  #scrape(): void {
    this.#running = this.#scrapeAndReport(this.#alignedNow())
      .catch((error: unknown) => this.#logger.error('Scrape failed', { err: messageOf(error) }))
      .finally(() => {
        this.#running = undefined;
        if (!this.#isStopped) this.#scheduleNext();
      });
  }

  #scheduleNext(): void {
    const { clock } = this.#ports;
    this.#waitUntil(this.#nextTickMs, () => {
      const nowMs = clock.monotonicMs();
      const { intervalMs } = this.#given;
      const passed = Math.max(0, Math.floor((nowMs - this.#nextTickMs) / intervalMs));
      this.#nextTickMs += (passed + 1) * intervalMs;
      this.#scrape();
    });
  }

  /** The time that the samples get: the scheduled one where now is close to it. */
  #alignedNow(): number {
    const { intervalMs } = this.#given;
    const nowMs = this.#ports.clock.nowMs();
    // A timer may fire a millisecond early, which still is the tick it was set for.
    while (nowMs - this.#alignedMs >= intervalMs - 1) this.#alignedMs += intervalMs;
    const tolerance = Math.min(intervalMs / 100, toleranceMs);
    return nowMs - this.#alignedMs <= tolerance ? this.#alignedMs : nowMs;
  }

  async #scrapeAndReport(timeMs: number): Promise<void> {
    const { clock, metrics, lanes } = this.#ports;
    const startMs = clock.monotonicMs();
    this.#observeInterval(startMs);
    const fetched = this.#forcedError === undefined ? await this.#source.fetch() : undefined;
    // The process ends: what came of the scrape is nobody's fault, so that nothing is written of it.
    if (this.#shutdown.signal.aborted) return;
    const appended = await this.#append(fetched, timeMs);
    if (appended === undefined) return;
    const { result, appender, error, bodyBytes } = appended;
    const durationMs = clock.monotonicMs() - startMs;
    const { target, options, timeoutMs } = this.#given;
    target.report({ lastError: error ?? '', lastScrapeMs: timeMs, lastScrapeDurationMs: durationMs });
    const report = {
      ...result,
      isHealthy: error === undefined,
      durationMs,
      timeoutMs,
      sampleLimit: options.sampleLimit,
      bodyBytes,
    };
    const unreported = this.#report.append(lanes.batch, appender, timeMs, report);
    if (unreported !== undefined) {
      this.#logger.warn('Appending scrape report failed', { err: unreported });
      appender.rollback();
      return;
    }
    try {
      await appender.commit('scraped');
    } catch (failure) {
      this.#logger.error('Scrape commit failed', { err: messageOf(failure) });
    }
    if (options.extraScrapeMetrics) metrics.scrapeDuration.observe((clock.monotonicMs() - startMs) / 1000);
  }

  #observeInterval(startMs: number): void {
    const { metrics } = this.#ports;
    if (this.#lastStartMs !== undefined) {
      const seconds = (startMs - this.#lastStartMs) / 1000;
      metrics.intervalLength.observe(seconds, this.#intervalText);
      metrics.intervalLengthHistogram.observe(seconds, this.#intervalText);
    }
    this.#lastStartMs = startMs;
  }

  /**
   * Parses and appends. After an error the first appender is rolled back, and stale markers go into another.
   * Undefined when the process ends meanwhile; nothing is written then.
   */
  async #append(
    fetched: FetchedBody | FetchFailure | undefined,
    timeMs: number,
  ): Promise<Appended | undefined> {
    const { metrics, storage } = this.#ports;
    const first = storage.appender();
    const none: AppendResult = { total: 0, added: 0, seriesAdded: 0, error: undefined };
    let error = this.#forcedError;
    let result: AppendResult | undefined = none;
    let bodyBytes = 0;
    if (fetched !== undefined && !fetched.ok) {
      error = fetched.error;
      if (fetched.isOverBodyLimit) {
        metrics.exceededBodySizeLimit.add(1);
        bodyBytes = -1;
      }
      this.#logger.debug('Scrape failed', { err: error });
    } else if (fetched?.ok) {
      bodyBytes = fetched.length;
      try {
        if (bodyBytes > 0) result = await this.#readBody(fetched, first, timeMs);
      } finally {
        fetched.release();
      }
      if (result === undefined) {
        first.rollback();
        return undefined;
      }
      if (bodyBytes > 0 && result.error === undefined)
        return { result, appender: first, error: undefined, bodyBytes };
      error = result.error;
    }
    let appender = first;
    if (result.error !== undefined) {
      first.rollback();
      appender = storage.appender();
      this.#logger.debug('Append failed', { err: result.error });
    }
    const stale = await this.#appendNothing(appender, timeMs, this.#shutdown.signal);
    if (stale !== undefined) {
      appender.rollback();
      appender = storage.appender();
      this.#logger.warn('Append failed', { err: stale });
    }
    return { result, appender, error, bodyBytes };
  }

  /** Undefined when the process ends meanwhile. */
  #readBody(body: PageBody, appender: Appender, timeMs: number) {
    const { signal } = this.#shutdown;
    return this.#ports.lanes.run(body.length, signal, (tools) =>
      this.#bodySteps(tools, body, appender, timeMs),
    );
  }

  *#bodySteps(tools: PageTools, body: PageBody, appender: Appender, timeMs: number): Steps<AppendResult> {
    const page = pageOfBody(body, this.#given.options);
    if ('error' in page) {
      this.#logger.error('Failed to determine correct type of scrape target.', {
        content_type: body.contentType,
        fallback_media_type: this.#given.options.fallbackScrapeProtocol,
        err: page.error,
      });
      return { total: 0, added: 0, seriesAdded: 0, error: page.error };
    }
    const times = { timeMs, nowMs: this.#ports.clock.nowMs() };
    return yield* appendPage(this.#parts(), tools, page, appender, times);
  }
}
