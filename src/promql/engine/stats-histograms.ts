import { type CounterResetHint, detectReset, type Histogram } from '../../model/index.js';
import { histogramKind, type SeriesColumns } from '../../storage/index.js';

/**
 * A series' histograms as count and sum alone, for queries that ask for no more. Whether the counter was reset is found
 * out on the way, since nobody can see it in what is left: between samples that are read one after the other. Source:
 * promql/histogram_stats_iterator.go, storage/buffer.go.
 */
export class StatsHistograms {
  readonly #columns: SeriesColumns;
  /** Rows that are no stale markers. */
  readonly #rows: Uint32Array;
  readonly #hints: (CounterResetHint | undefined)[];
  #next = 0;
  #last: Histogram | undefined;

  constructor(columns: SeriesColumns, rows: Uint32Array) {
    this.#columns = columns;
    this.#rows = rows;
    this.#hints = new Array<CounterResetHint | undefined>(rows.length).fill(undefined);
  }

  /** Reads on to `endMs`; what lies before `fromMs` is passed over. Both never fall. */
  readTo(fromMs: number, endMs: number): void {
    if (this.#timeOf(this.#next) < fromMs) {
      while (this.#timeOf(this.#next) < fromMs) this.#next++;
      this.#last = undefined;
    }
    for (; this.#timeOf(this.#next) <= endMs; this.#next++) this.#read(this.#next);
  }

  #timeOf(sample: number): number {
    const row = this.#rows[sample];
    return row === undefined ? Number.POSITIVE_INFINITY : (this.#columns.timestamps[row] as number);
  }

  #read(sample: number): void {
    const row = this.#rows[sample] as number;
    if (this.#columns.kinds?.[row] !== histogramKind) return;
    const whole = this.#columns.histograms?.at(row) as Histogram;
    const hint = this.#hintOf(whole);
    this.#hints[sample] = hint;
    this.#last = { ...whole, counterResetHint: hint };
  }

  #hintOf(whole: Histogram): CounterResetHint {
    if (whole.counterResetHint !== 'unknown' || this.#last === undefined) return whole.counterResetHint;
    return detectReset(whole, this.#last) ? 'reset' : 'not-reset';
  }

  /** Of a sample that was read. */
  at(sample: number): Histogram {
    const row = this.#rows[sample] as number;
    const whole = this.#columns.histograms?.at(row) as Histogram;
    const { schema, count, sum, counterResetHint } = whole;
    return {
      ...{ integer: false, stale: false, schema, count, sum },
      counterResetHint: this.#hints[sample] ?? counterResetHint,
      ...{ zeroThreshold: 0, zeroCount: 0, customValues: undefined },
      ...{ positiveSpans: [], negativeSpans: [] },
      ...{ positiveBuckets: new Float64Array(0), negativeBuckets: new Float64Array(0) },
    };
  }
}
