import {
  type CounterResetHint,
  equalBounds,
  equalHistograms,
  type Histogram,
  type Span,
} from '../model/index.js';
import type { HistogramColumn } from './columns.js';

const hints: readonly CounterResetHint[] = ['unknown', 'reset', 'not-reset', 'gauge'];
const integerFlag = 1;
const staleFlag = 2;
const hintShift = 2;

/** Doubles a histogram takes in `#heads`: flags, zero threshold, zero count, count, sum, first bucket, layout. */
const headSize = 7;

/** What neighbouring histograms of a series nearly always share. */
interface Layout {
  readonly schema: number;
  readonly positiveSpans: readonly Span[];
  readonly negativeSpans: readonly Span[];
  readonly customValues: Float64Array | undefined;
  readonly positiveCount: number;
  readonly negativeCount: number;
}

/**
 * Histograms of one series, flattened: fixed fields and buckets in two growable arrays, spans and bounds once for
 * every run of equal ones. Entries are numbered from 0 and never change; what `at` returns shares the spans and
 * copies the buckets, so it may be kept.
 */
export class HistogramPool {
  #heads = new Float64Array(4 * headSize);
  #buckets = new Float64Array(64);
  #bucketCount = 0;
  #length = 0;
  readonly #layouts: Layout[] = [];

  get length(): number {
    return this.#length;
  }

  append(histogram: Histogram): number {
    const layout = this.#layoutOf(histogram);
    const { positiveBuckets, negativeBuckets } = histogram;
    const firstBucket = this.#bucketCount;
    this.#buckets = grown(this.#buckets, firstBucket + positiveBuckets.length + negativeBuckets.length);
    this.#buckets.set(positiveBuckets, firstBucket);
    this.#buckets.set(negativeBuckets, firstBucket + positiveBuckets.length);
    this.#bucketCount += positiveBuckets.length + negativeBuckets.length;
    const index = this.#length++;
    const head = index * headSize;
    this.#heads = grown(this.#heads, head + headSize);
    this.#heads[head] =
      (histogram.integer ? integerFlag : 0) |
      (histogram.stale ? staleFlag : 0) |
      (hints.indexOf(histogram.counterResetHint) << hintShift);
    this.#heads[head + 1] = histogram.zeroThreshold;
    this.#heads[head + 2] = histogram.zeroCount;
    this.#heads[head + 3] = histogram.count;
    this.#heads[head + 4] = histogram.sum;
    this.#heads[head + 5] = firstBucket;
    this.#heads[head + 6] = layout;
    return index;
  }

  at(index: number): Histogram {
    const heads = this.#heads;
    const head = index * headSize;
    const flags = heads[head] as number;
    const layout = this.#layouts[heads[head + 6] as number] as Layout;
    const firstBucket = heads[head + 5] as number;
    const firstNegative = firstBucket + layout.positiveCount;
    return {
      integer: (flags & integerFlag) !== 0,
      stale: (flags & staleFlag) !== 0,
      counterResetHint: hints[flags >> hintShift] as CounterResetHint,
      schema: layout.schema,
      zeroThreshold: heads[head + 1] as number,
      zeroCount: heads[head + 2] as number,
      count: heads[head + 3] as number,
      sum: heads[head + 4] as number,
      positiveSpans: layout.positiveSpans,
      negativeSpans: layout.negativeSpans,
      positiveBuckets: this.#buckets.slice(firstBucket, firstNegative),
      negativeBuckets: this.#buckets.slice(firstNegative, firstNegative + layout.negativeCount),
      customValues: layout.customValues,
    };
  }

  countAt(index: number): number {
    return this.#heads[index * headSize + 3] as number;
  }

  sumAt(index: number): number {
    return this.#heads[index * headSize + 4] as number;
  }

  isInteger(index: number): boolean {
    return ((this.#heads[index * headSize] as number) & integerFlag) !== 0;
  }

  isStale(index: number): boolean {
    return ((this.#heads[index * headSize] as number) & staleFlag) !== 0;
  }

  equals(index: number, histogram: Histogram): boolean {
    return equalHistograms(this.at(index), histogram);
  }

  #layoutOf(histogram: Histogram): number {
    const last = this.#layouts.length - 1;
    if (last >= 0 && hasLayout(histogram, this.#layouts[last] as Layout)) return last;
    this.#layouts.push({
      schema: histogram.schema,
      positiveSpans: histogram.positiveSpans.map(({ offset, length }) => ({ offset, length })),
      negativeSpans: histogram.negativeSpans.map(({ offset, length }) => ({ offset, length })),
      customValues: histogram.customValues?.slice(),
      positiveCount: histogram.positiveBuckets.length,
      negativeCount: histogram.negativeBuckets.length,
    });
    return last + 1;
  }
}

/** Rows of a series over its pool: row i is entry `indexes[i]`. */
export class PooledHistograms implements HistogramColumn {
  readonly #pool: HistogramPool;
  readonly #indexes: Uint32Array;

  constructor(pool: HistogramPool, indexes: Uint32Array) {
    this.#pool = pool;
    this.#indexes = indexes;
  }

  at(row: number): Histogram {
    return this.#pool.at(this.#indexes[row] as number);
  }

  countAt(row: number): number {
    return this.#pool.countAt(this.#indexes[row] as number);
  }

  sumAt(row: number): number {
    return this.#pool.sumAt(this.#indexes[row] as number);
  }
}

function grown(array: Float64Array<ArrayBuffer>, length: number): Float64Array<ArrayBuffer> {
  if (length <= array.length) return array;
  const larger = new Float64Array(Math.max(length, array.length * 2));
  larger.set(array);
  return larger;
}

function hasLayout(histogram: Histogram, layout: Layout): boolean {
  return (
    histogram.schema === layout.schema &&
    histogram.positiveBuckets.length === layout.positiveCount &&
    histogram.negativeBuckets.length === layout.negativeCount &&
    sameSpans(histogram.positiveSpans, layout.positiveSpans) &&
    sameSpans(histogram.negativeSpans, layout.negativeSpans) &&
    (histogram.customValues === undefined) === (layout.customValues === undefined) &&
    equalBounds(histogram.customValues, layout.customValues)
  );
}

function sameSpans(a: readonly Span[], b: readonly Span[]): boolean {
  if (a === b) return true;
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    const x = a[i] as Span;
    const y = b[i] as Span;
    if (x.offset !== y.offset || x.length !== y.length) return false;
  }
  return true;
}
