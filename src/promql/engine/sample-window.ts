import { detectReset, type Histogram } from '../../model/index.js';
import { histogramKind, type SeriesColumns } from '../../storage/index.js';
import type { SelectorPlan } from '../planner/index.js';
import { StatsHistograms } from './stats-histograms.js';

export interface SampleWindowOptions {
  readonly rangeMs: number;
  readonly extension: SelectorPlan['extension'];
  readonly lookbackMs: number;
  readonly usesStarts: boolean;
  readonly statsOnly: boolean;
}

/** The samples of one window of a series that holds histograms; numbers of samples count from the series' first. */
export class SampleWindow {
  /** Samples `from` to `to` (excluded) are in the window. */
  from = 0;
  to = 0;
  /** In ms: of the range that the query names. */
  endMs = 0;
  readonly rangeMs: number;
  readonly isSmoothed: boolean;
  /** How far samples before and behind the range are in the window. */
  readonly #beforeMs: number;
  readonly #behindMs: number;
  readonly #columns: SeriesColumns;
  /** Rows that are no stale markers. */
  readonly #rows: Uint32Array;
  readonly #histograms: (Histogram | undefined)[];
  /** -1 where nobody has asked yet. */
  readonly #resets: Int8Array;
  readonly #startTimestamps: Float64Array | undefined;
  readonly #stats: StatsHistograms | undefined;
  #endBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(columns: SeriesColumns, rows: Uint32Array, options: SampleWindowOptions) {
    this.#columns = columns;
    this.#rows = rows;
    this.#histograms = new Array<Histogram | undefined>(rows.length).fill(undefined);
    this.#resets = new Int8Array(rows.length).fill(-1);
    const { rangeMs, extension, lookbackMs } = options;
    this.rangeMs = rangeMs;
    this.isSmoothed = extension === 'smoothed';
    this.#beforeMs = extension === undefined ? 0 : lookbackMs;
    this.#behindMs = this.isSmoothed ? lookbackMs : 0;
    this.#stats = options.statsOnly ? new StatsHistograms(columns, rows) : undefined;
    this.#startTimestamps = options.usesStarts ? columns.startTimestamps : undefined;
  }

  get startMs(): number {
    return this.endMs - this.rangeMs;
  }

  moveTo(endMs: number): void {
    this.endMs = endMs;
    const fromMs = this.startMs - this.#beforeMs;
    const toMs = endMs + this.#behindMs;
    // Upstream reads on without a gap where windows touch.
    this.#stats?.readTo(this.#endBeforeMs < fromMs ? fromMs : Number.NEGATIVE_INFINITY, toMs);
    this.#endBeforeMs = toMs;
    while (this.to < this.#rows.length && this.timeOf(this.to) <= toMs) this.to++;
    while (this.from < this.to && this.timeOf(this.from) <= fromMs) this.from++;
  }

  /** Whether it holds floats and histograms. */
  get isMixed(): boolean {
    for (let i = this.from + 1; i < this.to; i++)
      if (this.isHistogram(i) !== this.isHistogram(this.from)) return true;
    return false;
  }

  timeOf(sample: number): number {
    return this.#columns.timestamps[this.#rows[sample] as number] as number;
  }

  valueOf(sample: number): number {
    return this.#columns.values[this.#rows[sample] as number] as number;
  }

  get hasStarts(): boolean {
    return this.#startTimestamps !== undefined;
  }

  /** 0 where it is not known. */
  startOf(sample: number): number {
    return this.#startTimestamps?.[this.#rows[sample] as number] ?? 0;
  }

  isHistogram(sample: number): boolean {
    return this.#columns.kinds?.[this.#rows[sample] as number] === histogramKind;
  }

  /** Of a sample that is one. */
  histogramOf(sample: number): Histogram {
    const known = this.#histograms[sample];
    if (known !== undefined) return known;
    const read =
      this.#stats?.at(sample) ?? (this.#columns.histograms?.at(this.#rows[sample] as number) as Histogram);
    this.#histograms[sample] = read;
    return read;
  }

  /** Whether the counter was reset between a histogram and the histogram before it. */
  isReset(sample: number): boolean {
    if (this.#resets[sample] === -1)
      this.#resets[sample] = Number(detectReset(this.histogramOf(sample), this.histogramOf(sample - 1)));
    return this.#resets[sample] === 1;
  }
}
