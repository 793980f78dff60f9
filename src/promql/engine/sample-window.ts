import { detectReset, type Histogram } from '../../model/index.js';
import { histogramKind, type SeriesColumns } from '../../storage/index.js';
import { StatsHistograms } from './stats-histograms.js';

/** The samples of one window of a series that holds histograms; numbers of samples count from the series' first. */
export class SampleWindow {
  /** Samples `from` to `to` (excluded) are in the window. */
  from = 0;
  to = 0;
  /** Both in ms; the window's beginning is not in it. */
  endMs = 0;
  readonly rangeMs: number;
  readonly #columns: SeriesColumns;
  /** Rows that are no stale markers. */
  readonly #rows: Uint32Array;
  readonly #histograms: (Histogram | undefined)[];
  /** -1 where nobody has asked yet. */
  readonly #resets: Int8Array;
  readonly #startTimestamps: Float64Array | undefined;
  readonly #stats: StatsHistograms | undefined;
  #endBeforeMs = Number.NEGATIVE_INFINITY;

  constructor(
    columns: SeriesColumns,
    rows: Uint32Array,
    options: { rangeMs: number; usesStarts: boolean; statsOnly: boolean },
  ) {
    this.#columns = columns;
    this.#rows = rows;
    this.#histograms = new Array<Histogram | undefined>(rows.length).fill(undefined);
    this.#resets = new Int8Array(rows.length).fill(-1);
    this.rangeMs = options.rangeMs;
    this.#stats = options.statsOnly ? new StatsHistograms(columns, rows) : undefined;
    this.#startTimestamps = options.usesStarts ? columns.startTimestamps : undefined;
  }

  moveTo(endMs: number): void {
    this.endMs = endMs;
    // Upstream reads on without a gap where windows touch.
    const isApart = this.#endBeforeMs < endMs - this.rangeMs;
    this.#stats?.readTo(isApart ? endMs - this.rangeMs : Number.NEGATIVE_INFINITY, endMs);
    this.#endBeforeMs = endMs;
    while (this.to < this.#rows.length && this.timeOf(this.to) <= endMs) this.to++;
    while (this.from < this.to && this.timeOf(this.from) <= endMs - this.rangeMs) this.from++;
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
