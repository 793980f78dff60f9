import { LabelsBuilder, metricNameLabel } from '../model/index.js';
import { type Appender, appendOutcome, appendOutcomeText, type SeriesRef } from '../storage/index.js';
import type { BatchColumns } from './batch-columns.js';
import type { Target } from './target.js';

const names = [
  'up',
  'scrape_duration_seconds',
  'scrape_samples_scraped',
  'scrape_samples_post_metric_relabeling',
  'scrape_series_added',
] as const;
const extraNames = ['scrape_timeout_seconds', 'scrape_sample_limit', 'scrape_body_size_bytes'] as const;

export interface ScrapeReport {
  readonly isHealthy: boolean;
  readonly durationMs: number;
  readonly total: number;
  readonly added: number;
  readonly seriesAdded: number;
  readonly timeoutMs: number;
  readonly sampleLimit: number;
  /** -1 when the body was over its limit, 0 for other failures. */
  readonly bodyBytes: number;
}

/** The series that the scraper writes of each target: `up` and its like. Their refs are kept by target. */
export class ReportSeries {
  readonly #target: Target;
  readonly #names: readonly string[];
  readonly #refs: (SeriesRef | undefined)[] = [];

  constructor(target: Target, options: { extra: boolean }) {
    this.#target = target;
    this.#names = options.extra ? [...names, ...extraNames] : names;
  }

  /** Upstream's text of what kept the samples out, or undefined. */
  append(batch: BatchColumns, appender: Appender, timeMs: number, report: ScrapeReport): string | undefined {
    const values = [
      report.isHealthy ? 1 : 0,
      report.durationMs / 1000,
      report.total,
      report.added,
      report.seriesAdded,
      report.timeoutMs / 1000,
      report.sampleLimit,
      report.bodyBytes,
    ];
    return this.#write(batch, appender, (ref, i) => batch.pushValue(ref, timeMs, values[i] as number));
  }

  appendStale(batch: BatchColumns, appender: Appender, timeMs: number): string | undefined {
    return this.#write(batch, appender, (ref) => batch.pushStale(ref, timeMs));
  }

  #write(
    batch: BatchColumns,
    appender: Appender,
    push: (ref: SeriesRef, i: number) => void,
  ): string | undefined {
    for (let attempt = 0; attempt < 2; attempt++) {
      batch.reset(this.#names.length);
      for (let i = 0; i < this.#names.length; i++) push(this.#ref(appender, i), i);
      appender.appendFloats(batch.asBatch(), batch.outcomes);
      const forgotten = batch.outcomes.subarray(0, batch.length).includes(appendOutcome.unknownSeries);
      if (!forgotten) break;
      // The fellows that are known are written twice, which is harmless: the same value at the same time.
      this.#refs.length = 0;
    }
    for (let i = 0; i < batch.length; i++) {
      const outcome = batch.outcomes[i] as keyof typeof appendOutcomeText;
      const isHarmless =
        outcome === appendOutcome.accepted ||
        outcome === appendOutcome.outOfOrder ||
        outcome === appendOutcome.duplicate;
      if (!isHarmless) return appendOutcomeText[outcome];
    }
    return undefined;
  }

  #ref(appender: Appender, i: number): SeriesRef {
    const known = this.#refs[i];
    if (known !== undefined) return known;
    const builder = new LabelsBuilder(this.#target.labels);
    const ref = appender.series(builder.set(metricNameLabel, this.#names[i] as string).labels());
    this.#refs[i] = ref;
    return ref;
  }
}
