import { bucketIndexes, exponentialBound, type Span } from '../../model/index.js';
import { lostBy } from './compensated.js';

/** Buckets of one sign in rising index, each with what its sum has lost. Counts are its own; indexes may be shared. */
export class BucketSide {
  indexes: Int32Array;
  counts: Float64Array;
  /** Undefined where sums are not compensated. */
  lost: Float64Array | undefined;

  private constructor(indexes: Int32Array, counts: Float64Array, lost: Float64Array | undefined) {
    this.indexes = indexes;
    this.counts = counts;
    this.lost = lost;
  }

  static of(spans: readonly Span[], buckets: Float64Array): BucketSide {
    const indexes = bucketIndexes(spans, buckets.length);
    return new BucketSide(indexes, buckets.slice(0, indexes.length), undefined);
  }

  static none(): BucketSide {
    return new BucketSide(new Int32Array(0), new Float64Array(0), undefined);
  }

  get length(): number {
    return this.indexes.length;
  }

  copy(): BucketSide {
    return new BucketSide(this.indexes, this.counts.slice(), this.lost?.slice());
  }

  compensate(): void {
    this.lost ??= new Float64Array(this.counts.length);
  }

  /** Adds what was lost. */
  settle(): void {
    const { counts, lost } = this;
    if (lost === undefined) return;
    for (let i = 0; i < counts.length; i++) counts[i] = (counts[i] as number) + (lost[i] as number);
    this.lost = undefined;
  }

  scale(factor: number): void {
    multiply(this.counts, factor);
    if (this.lost !== undefined) multiply(this.lost, factor);
  }

  divide(divisor: number): void {
    divide(this.counts, divisor);
    if (this.lost !== undefined) divide(this.lost, divisor);
  }

  /** Sets a count; what it had lost goes with it. */
  clear(at: number): void {
    this.counts[at] = 0;
    if (this.lost !== undefined) this.lost[at] = 0;
  }

  addAt(at: number, x: number): void {
    const count = this.counts[at] as number;
    if (this.lost !== undefined) this.lost[at] = lostBy(count, x, this.lost[at] as number);
    this.counts[at] = count + x;
  }

  /** Without its empty buckets. */
  dropEmpty(): void {
    const { counts, lost } = this;
    const isEmpty = (i: number): boolean => counts[i] === 0 && (lost === undefined || lost[i] === 0);
    let kept = 0;
    for (let i = 0; i < counts.length; i++) if (!isEmpty(i)) kept++;
    if (kept === counts.length) return;
    const next = new BucketSide(new Int32Array(kept), new Float64Array(kept), lost && new Float64Array(kept));
    kept = 0;
    for (let i = 0; i < counts.length; i++) {
      if (isEmpty(i)) continue;
      next.#put(kept++, this, i);
    }
    this.#become(next);
  }

  /** Joins neighbours until the buckets are those of a schema that is lower by `levels`. */
  reduce(levels: number): void {
    const factor = 2 ** levels;
    const { indexes, length } = this;
    const joined = new BucketSide(new Int32Array(length), new Float64Array(length), undefined);
    if (this.lost !== undefined) joined.compensate();
    let kept = 0;
    for (let i = 0; i < length; i++) {
      const index = Math.floor(((indexes[i] as number) - 1) / factor) + 1;
      if (kept === 0 || joined.indexes[kept - 1] !== index) {
        joined.#put(kept, this, i);
        joined.indexes[kept++] = index;
        continue;
      }
      joined.addAt(kept - 1, this.counts[i] as number);
      if (this.lost !== undefined) joined.addAt(kept - 1, this.lost[i] as number);
    }
    joined.indexes = joined.indexes.subarray(0, kept);
    joined.counts = joined.counts.subarray(0, kept);
    joined.lost = joined.lost?.subarray(0, kept);
    this.#become(joined);
  }

  /**
   * Adds another side of the same schema, or takes it off where `sign` is -1, but its first buckets that end at
   * `threshold` or before.
   */
  add(other: BucketSide, sign: 1 | -1, threshold: number, schema: number): void {
    let from = 0;
    while (from < other.length && exponentialBound(other.indexes[from] as number, schema) <= threshold)
      from++;
    this.addFrom(other, sign, from);
  }

  addFrom(other: BucketSide, sign: 1 | -1, from: number): void {
    if (!this.#hasAllOf(other, from)) this.#widen(other, from);
    let at = 0;
    for (let i = from; i < other.length; i++) {
      while (this.indexes[at] !== other.indexes[i]) at++;
      this.addAt(at, sign * (other.counts[i] as number));
      const lost = other.lost?.[i] ?? 0;
      if (lost !== 0) this.addAt(at, sign * lost);
    }
  }

  #hasAllOf({ indexes }: BucketSide, from: number): boolean {
    let at = 0;
    for (let i = from; i < indexes.length; i++) {
      const index = indexes[i] as number;
      while (at < this.length && (this.indexes[at] as number) < index) at++;
      if (this.indexes[at] !== index) return false;
    }
    return true;
  }

  /** Makes empty buckets for those of the other that it has not got. */
  #widen(other: BucketSide, from: number): void {
    const most = this.length + other.length - from;
    const wide = new BucketSide(new Int32Array(most), new Float64Array(most), undefined);
    if (this.lost !== undefined) wide.compensate();
    let length = 0;
    let i = 0;
    let k = from;
    while (i < this.length || k < other.length) {
      const own = this.indexes[i] ?? Number.POSITIVE_INFINITY;
      const theirs = other.indexes[k] ?? Number.POSITIVE_INFINITY;
      if (own <= theirs) wide.#put(length, this, i);
      else wide.indexes[length] = theirs;
      if (own <= theirs) i++;
      if (theirs <= own) k++;
      length++;
    }
    wide.indexes = wide.indexes.subarray(0, length);
    wide.counts = wide.counts.subarray(0, length);
    wide.lost = wide.lost?.subarray(0, length);
    this.#become(wide);
  }

  #put(at: number, from: BucketSide, i: number): void {
    this.indexes[at] = from.indexes[i] as number;
    this.counts[at] = from.counts[i] as number;
    if (this.lost !== undefined) this.lost[at] = from.lost?.[i] ?? 0;
  }

  #become({ indexes, counts, lost }: BucketSide): void {
    this.indexes = indexes;
    this.counts = counts;
    this.lost = lost;
  }

  /** As counts by index from 0 on. */
  replace(counts: Float64Array, lost: Float64Array | undefined): void {
    this.indexes = Int32Array.from(counts, (_, i) => i);
    this.counts = counts;
    this.lost = lost;
    this.dropEmpty();
  }
}

function multiply(column: Float64Array, factor: number): void {
  for (let i = 0; i < column.length; i++) column[i] = (column[i] as number) * factor;
}

function divide(column: Float64Array, divisor: number): void {
  for (let i = 0; i < column.length; i++) column[i] = (column[i] as number) / divisor;
}
