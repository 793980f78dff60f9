import type { HistogramRows } from '../chunkenc/index.js';
import { type Histogram, wordsOf } from '../model/index.js';
import { floatKind, histogramKind, type SeriesColumns } from './columns.js';
import { HistogramPool, PooledHistograms } from './histogram-pool.js';

const firstCapacity = 16;
/** Up to so many rows capacity doubles, above it grows by a quarter: 16 to 20 bytes a sample in long series. */
const doublingLimit = 128;
const noTimes = new Float64Array(0);
const noWords = new Uint32Array(0);

/**
 * Samples of one series in rising time as growable columns. Rows below `length` never change while a reader may hold
 * them, so readers take subarrays; growth leaves the old arrays to them. Values move as 32-bit words, for a NaN's
 * payload would die in a number.
 */
export class SeriesRows {
  length = 0;
  timestamps: Float64Array<ArrayBuffer> = noTimes;
  values: Float64Array<ArrayBuffer> = noTimes;
  #words: Uint32Array = noWords;
  #startTimestamps: Float64Array<ArrayBuffer> | undefined;
  #kinds: Uint8Array<ArrayBuffer> | undefined;
  #histogramIndexes: Uint32Array<ArrayBuffer> | undefined;
  #pool: HistogramPool | undefined;

  get lastTimestamp(): number {
    return this.length === 0 ? Number.NEGATIVE_INFINITY : (this.timestamps[this.length - 1] as number);
  }

  /** First row at or after `timestampMs`, among the first `length` rows. */
  rowAtOrAfter(timestampMs: number, length = this.length): number {
    let low = 0;
    let high = length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.timestamps[middle] as number) < timestampMs) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** First row after `timestampMs`, among the first `length` rows. Times are whole, so the next millisecond says it. */
  rowAfter(timestampMs: number, length = this.length): number {
    return this.rowAtOrAfter(timestampMs + 1, length);
  }

  startTimestampAt(row: number): number {
    return this.#startTimestamps?.[row] ?? 0;
  }

  isHistogram(row: number): boolean {
    return this.#kinds !== undefined && this.#kinds[row] === histogramKind;
  }

  /** Whether row `row` is a histogram with whole counts. */
  isIntegerHistogram(row: number): boolean {
    return this.isHistogram(row) && this.#pool?.isInteger(this.#histogramIndexes?.[row] as number) === true;
  }

  equalsFloat(row: number, lowWord: number, highWord: number): boolean {
    if (this.isHistogram(row)) return false;
    return this.#words[2 * row] === lowWord && this.#words[2 * row + 1] === highWord;
  }

  equalsHistogram(row: number, histogram: Histogram): boolean {
    if (!this.isHistogram(row)) return false;
    return this.#pool?.equals(this.#histogramIndexes?.[row] as number, histogram) === true;
  }

  /** Makes room for `length` rows in all. */
  reserve(length: number): void {
    if (length > this.timestamps.length) this.#grow(length);
  }

  appendFloat(timestampMs: number, lowWord: number, highWord: number, startTimestampMs: number): void {
    const row = this.#push(timestampMs, startTimestampMs);
    this.#words[2 * row] = lowWord;
    this.#words[2 * row + 1] = highWord;
    if (this.#kinds !== undefined) this.#kinds[row] = floatKind;
  }

  appendHistogram(timestampMs: number, histogram: Histogram, startTimestampMs: number): void {
    this.#becomeMixed();
    const row = this.#push(timestampMs, startTimestampMs);
    this.#writeHistogram(row, (this.#pool as HistogramPool).append(histogram));
  }

  /** All of one chunk's rows, which are later than those so far. */
  appendHistogramRows(rows: HistogramRows): void {
    this.#becomeMixed();
    const from = this.length;
    const to = from + rows.length;
    const first = (this.#pool as HistogramPool).appendRows(rows);
    this.#appendTimes(rows.timestamps, rows.startTimestamps);
    this.values.fill(0, from, to);
    this.#kinds?.fill(histogramKind, from, to);
    const indexes = this.#histogramIndexes as Uint32Array;
    for (let row = from; row < to; row++) indexes[row] = first + row - from;
  }

  /** Appends rows [from, to) of `source`, which may share this one's pool. */
  appendRows(source: SeriesRows, from: number, to: number): void {
    for (let row = from; row < to; row++) {
      const startTimestampMs = source.#startTimestamps?.[row] ?? 0;
      const timestampMs = source.timestamps[row] as number;
      if (!source.isHistogram(row)) {
        const words = source.#words;
        this.appendFloat(
          timestampMs,
          words[2 * row] as number,
          words[2 * row + 1] as number,
          startTimestampMs,
        );
        continue;
      }
      const index = source.#histogramIndexes?.[row] as number;
      this.#becomeMixed();
      const target = this.#push(timestampMs, startTimestampMs);
      const pool = this.#pool as HistogramPool;
      const pooled = pool === source.#pool ? index : pool.appendFrom(source.#pool as HistogramPool, index);
      this.#writeHistogram(target, pooled);
    }
  }

  /** Appends rows [from, to) of columns; floats alone are copied in bulk. */
  appendColumns(columns: SeriesColumns, from: number, to: number): void {
    const { kinds, startTimestamps, timestamps } = columns;
    const words = wordsOf(columns.values);
    if (kinds === undefined) {
      const row = this.length;
      this.#appendTimes(timestamps.subarray(from, to), startTimestamps?.subarray(from, to));
      this.#words.set(words.subarray(2 * from, 2 * to), 2 * row);
      this.#kinds?.fill(floatKind, row, this.length);
      return;
    }
    const { histograms } = columns;
    const pooled = histograms instanceof PooledHistograms ? histograms : undefined;
    for (let row = from; row < to; row++) {
      const timestampMs = timestamps[row] as number;
      const startTimestampMs = startTimestamps?.[row] ?? 0;
      if (kinds[row] === histogramKind && pooled !== undefined) {
        this.#becomeMixed();
        const target = this.#push(timestampMs, startTimestampMs);
        this.#writeHistogram(target, pooled.copyTo(this.#pool as HistogramPool, row));
      } else if (kinds[row] === histogramKind)
        this.appendHistogram(timestampMs, histograms?.at(row) as Histogram, startTimestampMs);
      else
        this.appendFloat(
          timestampMs,
          words[2 * row] as number,
          words[2 * row + 1] as number,
          startTimestampMs,
        );
    }
  }

  /** The rows' other columns are left to be written. */
  #appendTimes(timestamps: Float64Array, startTimestamps: Float64Array | undefined): void {
    const from = this.length;
    const length = from + timestamps.length;
    this.reserve(length);
    this.timestamps.set(timestamps, from);
    this.length = length;
    if (startTimestamps?.some((startMs) => startMs !== 0) === true) {
      this.#startTimestamps ??= new Float64Array(this.timestamps.length);
      this.#startTimestamps.set(startTimestamps, from);
    } else this.#startTimestamps?.fill(0, from, length);
  }

  /** Empty rows that share this one's histograms. */
  emptyTwin(): SeriesRows {
    const twin = new SeriesRows();
    twin.#pool = this.#pool;
    return twin;
  }

  /** Rows [from, to) without a copy. */
  columns(from: number, to: number): SeriesColumns {
    const indexes = this.#histogramIndexes?.subarray(from, to);
    return {
      length: to - from,
      timestamps: this.timestamps.subarray(from, to),
      values: this.values.subarray(from, to),
      startTimestamps: this.#startTimestamps?.subarray(from, to),
      kinds: this.#kinds?.subarray(from, to),
      histograms: indexes && new PooledHistograms(this.#pool as HistogramPool, indexes),
    };
  }

  #push(timestampMs: number, startTimestampMs: number): number {
    const row = this.length;
    if (row === this.timestamps.length) this.#grow(row + 1);
    this.timestamps[row] = timestampMs;
    if (this.#startTimestamps !== undefined) this.#startTimestamps[row] = startTimestampMs;
    else if (startTimestampMs !== 0) {
      this.#startTimestamps = new Float64Array(this.timestamps.length);
      this.#startTimestamps[row] = startTimestampMs;
    }
    this.length = row + 1;
    return row;
  }

  #grow(length: number): void {
    const capacity = this.timestamps.length;
    const grown = capacity < doublingLimit ? Math.max(firstCapacity, capacity * 2) : capacity * 1.25;
    const larger = Math.max(Math.floor(grown), length);
    this.timestamps = copyInto(new Float64Array(larger), this.timestamps);
    this.values = copyInto(new Float64Array(larger), this.values);
    this.#words = wordsOf(this.values);
    if (this.#startTimestamps)
      this.#startTimestamps = copyInto(new Float64Array(larger), this.#startTimestamps);
    if (this.#kinds) this.#kinds = copyInto(new Uint8Array(larger), this.#kinds);
    if (this.#histogramIndexes)
      this.#histogramIndexes = copyInto(new Uint32Array(larger), this.#histogramIndexes);
  }

  #becomeMixed(): void {
    this.#pool ??= new HistogramPool();
    this.#kinds ??= new Uint8Array(this.timestamps.length);
    this.#histogramIndexes ??= new Uint32Array(this.timestamps.length);
  }

  #writeHistogram(row: number, index: number): void {
    this.values[row] = 0;
    (this.#kinds as Uint8Array)[row] = histogramKind;
    (this.#histogramIndexes as Uint32Array)[row] = index;
  }
}

function copyInto<T extends Float64Array | Uint32Array | Uint8Array>(target: T, source: T): T {
  target.set(source);
  return target;
}
