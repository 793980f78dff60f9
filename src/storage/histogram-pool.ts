import { type HistogramRows, staleSample } from '../chunkenc/index.js';
import { histogramRowFlags } from '../kernels/index.js';
import {
  bucketCount,
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
type Shape = Pick<Histogram, 'schema' | 'positiveSpans' | 'negativeSpans' | 'customValues'>;

/** Of buckets. */
interface Counts {
  readonly positiveCount: number;
  readonly negativeCount: number;
}

type Layout = Shape & Counts;

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
    const { positiveBuckets, negativeBuckets } = histogram;
    const counts = { positiveCount: positiveBuckets.length, negativeCount: negativeBuckets.length };
    const layout = this.#layoutOf(histogram, counts);
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

  /** Copies all rows; they are numbered in turn from what it answers. */
  appendRows(rows: HistogramRows): number {
    const first = this.#length;
    const { bucketsPerRow, flags } = rows;
    let bucket = this.#bucketCount;
    this.#buckets = grown(this.#buckets, bucket + rows.buckets.length);
    this.#buckets.set(rows.buckets, bucket);
    this.#bucketCount += rows.buckets.length;
    this.#heads = grown(this.#heads, (first + rows.length) * headSize);
    const layout = this.#layoutOfRows(rows);
    const kind = rows.integer ? integerFlag : 0;
    const hintOfFirst = kind | (hints.indexOf(rows.isGauge ? 'gauge' : 'unknown') << hintShift);
    const hint = kind | (hints.indexOf(rows.isGauge ? 'gauge' : 'not-reset') << hintShift);
    for (let row = 0; row < rows.length; row++) {
      const rowFlags = flags[row] as number;
      if ((rowFlags & histogramRowFlags.stale) !== 0) {
        this.append(staleSample(rows.integer));
        continue;
      }
      const heads = this.#heads;
      const head = this.#length++ * headSize;
      heads[head] = (rowFlags & histogramRowFlags.first) !== 0 ? hintOfFirst : hint;
      heads[head + 1] = rows.layout.zeroThreshold;
      heads[head + 2] = rows.zeroCounts[row] as number;
      heads[head + 3] = rows.counts[row] as number;
      heads[head + 4] = rows.sums[row] as number;
      heads[head + 5] = bucket;
      heads[head + 6] = layout;
      bucket += bucketsPerRow;
    }
    return first;
  }

  /** A copy of an entry of another pool. */
  appendFrom(source: HistogramPool, index: number): number {
    const from = index * headSize;
    const layout = source.#layouts[source.#heads[from + 6] as number] as Layout;
    const firstBucket = source.#heads[from + 5] as number;
    const buckets = source.#buckets.subarray(
      firstBucket,
      firstBucket + layout.positiveCount + layout.negativeCount,
    );
    const head = this.#length * headSize;
    this.#heads = grown(this.#heads, head + headSize);
    for (let i = 0; i < headSize; i++) this.#heads[head + i] = source.#heads[from + i] as number;
    this.#heads[head + 5] = this.#bucketCount;
    this.#heads[head + 6] = this.#layoutOf(layout, layout);
    this.#buckets = grown(this.#buckets, this.#bucketCount + buckets.length);
    this.#buckets.set(buckets, this.#bucketCount);
    this.#bucketCount += buckets.length;
    return this.#length++;
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

  #layoutOfRows({ layout, bucketsPerRow }: HistogramRows): number {
    const positiveCount = bucketCount(layout.positiveSpans);
    return this.#layoutOf(layout, { positiveCount, negativeCount: bucketsPerRow - positiveCount });
  }

  #layoutOf(shape: Shape, counts: Counts): number {
    const last = this.#layouts.length - 1;
    if (last >= 0 && hasLayout(shape, counts, this.#layouts[last] as Layout)) return last;
    this.#layouts.push({
      ...counts,
      schema: shape.schema,
      positiveSpans: shape.positiveSpans.map(({ offset, length }) => ({ offset, length })),
      negativeSpans: shape.negativeSpans.map(({ offset, length }) => ({ offset, length })),
      customValues: shape.customValues?.slice(),
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

  /** Copies the histogram of row `row` to another pool; answers its number there. */
  copyTo(pool: HistogramPool, row: number): number {
    return pool.appendFrom(this.#pool, this.#indexes[row] as number);
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

function hasLayout(shape: Shape, counts: Counts, layout: Layout): boolean {
  return (
    shape.schema === layout.schema &&
    counts.positiveCount === layout.positiveCount &&
    counts.negativeCount === layout.negativeCount &&
    sameSpans(shape.positiveSpans, layout.positiveSpans) &&
    sameSpans(shape.negativeSpans, layout.negativeSpans) &&
    (shape.customValues === undefined) === (layout.customValues === undefined) &&
    equalBounds(shape.customValues, layout.customValues)
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
