import {
  type CounterResetHint,
  customBucketsSchema,
  equalBounds,
  exponentialBound,
  type Histogram,
  spansOf,
} from '../../model/index.js';
import { BucketSide } from './bucket-side.js';
import { CompensatedSum, lostBy } from './compensated.js';

/** What became of an addition. */
export interface Addition {
  /** One has exponential buckets, the other custom ones: nothing was added. */
  readonly isIncompatible: boolean;
  /** One says that the counter was reset, the other that it was not. */
  readonly hintsCollide: boolean;
  /** Custom bounds differed: those that both have are left. */
  readonly isReconciled: boolean;
}

const incompatible: Addition = { isIncompatible: true, hintsCollide: false, isReconciled: false };

/** A histogram that others are added to. Source: model/histogram/float_histogram.go. */
export class HistogramSum {
  hint: CounterResetHint;
  schema: number;
  zeroThreshold: number;
  customValues: Float64Array | undefined;
  readonly zeroCount: CompensatedSum;
  readonly count: CompensatedSum;
  readonly sum: CompensatedSum;
  readonly positive: BucketSide;
  readonly negative: BucketSide;
  /** Something was added with compensation. */
  #isCompensated: boolean;

  private constructor(from: HistogramParts, isCompensated: boolean) {
    this.hint = from.hint;
    this.schema = from.schema;
    this.zeroThreshold = from.zeroThreshold;
    this.customValues = from.customValues;
    this.zeroCount = from.zeroCount;
    this.count = from.count;
    this.sum = from.sum;
    this.positive = from.positive;
    this.negative = from.negative;
    this.#isCompensated = isCompensated;
  }

  static of(histogram: Histogram): HistogramSum {
    const { counterResetHint, schema, zeroThreshold, customValues, zeroCount, count, sum } = histogram;
    return new HistogramSum(
      {
        ...{ hint: counterResetHint, schema, zeroThreshold, customValues },
        zeroCount: new CompensatedSum(zeroCount),
        count: new CompensatedSum(count),
        sum: new CompensatedSum(sum),
        positive: BucketSide.of(histogram.positiveSpans, histogram.positiveBuckets),
        negative: BucketSide.of(histogram.negativeSpans, histogram.negativeBuckets),
      },
      false,
    );
  }

  copy(): HistogramSum {
    const { hint, schema, zeroThreshold, customValues, zeroCount, count, sum, positive, negative } = this;
    return new HistogramSum(
      {
        ...{ hint, schema, zeroThreshold, customValues },
        zeroCount: zeroCount.copy(),
        count: count.copy(),
        sum: sum.copy(),
        positive: positive.copy(),
        negative: negative.copy(),
      },
      this.#isCompensated,
    );
  }

  get isCustom(): boolean {
    return this.schema === customBucketsSchema;
  }

  /** As upstream's Add and Sub; `compensates` as KahanAdd. */
  add(histogram: Histogram, how: { readonly sign?: 1 | -1; readonly compensates?: boolean } = {}): Addition {
    const { sign = 1, compensates = false } = how;
    if (this.isCustom !== (histogram.schema === customBucketsSchema)) return incompatible;
    const hintsCollide = this.#adjustHint(histogram.counterResetHint);
    if (compensates) this.#compensate();
    const other = HistogramSum.of(histogram);
    if (!this.isCustom) this.#addZeroCount(other, sign, compensates);
    this.#put(this.count, sign * histogram.count, compensates);
    this.#put(this.sum, sign * histogram.sum, compensates);
    if (this.isCustom)
      return { isIncompatible: false, hintsCollide, isReconciled: this.#addCustom(other, sign) };
    if (other.schema < this.schema) this.reduceTo(other.schema);
    else if (other.schema > this.schema) {
      if (compensates) other.#compensate();
      other.reduceTo(this.schema);
    }
    this.positive.add(other.positive, sign, this.zeroThreshold, this.schema);
    this.negative.add(other.negative, sign, this.zeroThreshold, this.schema);
    return { isIncompatible: false, hintsCollide, isReconciled: false };
  }

  #put(into: CompensatedSum, x: number, compensates: boolean): void {
    if (compensates) into.add(x);
    else into.value += x;
  }

  #compensate(): void {
    this.#isCompensated = true;
    this.positive.compensate();
    this.negative.compensate();
  }

  /** Source: adjustCounterReset. Answers whether the two contradict each other. */
  #adjustHint(other: CounterResetHint): boolean {
    if (other === this.hint || this.hint === 'gauge') return false;
    if (other === 'gauge') {
      this.hint = 'gauge';
      return false;
    }
    const collide = this.hint !== 'unknown' && other !== 'unknown';
    this.hint = 'unknown';
    return collide;
  }

  reduceTo(schema: number): void {
    if (schema === this.schema) return;
    this.positive.reduce(this.schema - schema);
    this.negative.reduce(this.schema - schema);
    this.schema = schema;
  }

  /** Brings both to one zero bucket and adds the other's. Source: reconcileZeroBuckets. */
  #addZeroCount(other: HistogramSum, sign: 1 | -1, compensates: boolean): void {
    let theirs: ZeroBucket = { count: other.zeroCount.value, lost: 0, threshold: other.zeroThreshold };
    while (theirs.threshold !== this.zeroThreshold) {
      if (this.zeroThreshold > theirs.threshold) theirs = other.#zeroBucketUpTo(this.zeroThreshold);
      if (theirs.threshold > this.zeroThreshold) {
        const own = this.#zeroBucketUpTo(theirs.threshold);
        this.zeroCount.value = own.count;
        if (this.#isCompensated) this.zeroCount.lost = own.lost;
        this.zeroThreshold = own.threshold;
        this.#dropBelowThreshold();
      }
    }
    this.#put(this.zeroCount, sign * theirs.count, compensates);
    if (compensates) this.zeroCount.add(sign * theirs.lost);
  }

  /** What a wider zero bucket would count; wider still where it would end within a filled bucket. */
  #zeroBucketUpTo(threshold: number): ZeroBucket {
    let lost = this.#isCompensated ? this.zeroCount.lost : 0;
    if (threshold === this.zeroThreshold) return { count: this.zeroCount.value, lost, threshold };
    let wider = threshold;
    for (;;) {
      let count = this.zeroCount.value;
      let isWithin = false;
      const take = (x: number): void => {
        lost = lostBy(count, x, lost);
        count += x;
      };
      for (const side of [this.positive, this.negative]) {
        for (let i = 0; i < side.length; i++) {
          const index = side.indexes[i] as number;
          if (exponentialBound(index - 1, this.schema) >= wider) break;
          take(side.counts[i] as number);
          if (side.lost !== undefined) take(side.lost[i] as number);
          const upper = exponentialBound(index, this.schema);
          if (upper <= wider) continue;
          if (side.counts[i] !== 0) {
            wider = upper;
            // What was found of the other sign is not valid any more.
            isWithin = side === this.negative;
          }
          break;
        }
      }
      if (!isWithin) return { count, lost, threshold: wider };
    }
  }

  #dropBelowThreshold(): void {
    for (const side of [this.positive, this.negative]) {
      for (let i = 0; i < side.length; i++) {
        if (exponentialBound((side.indexes[i] as number) - 1, this.schema) >= this.zeroThreshold) break;
        side.clear(i);
      }
      side.dropEmpty();
    }
  }

  /** Says whether bounds had to be reconciled. */
  #addCustom(other: HistogramSum, sign: 1 | -1): boolean {
    if (equalBounds(this.customValues, other.customValues)) {
      this.positive.addFrom(other.positive, sign, 0);
      return false;
    }
    const bounds = commonBounds(this.customValues, other.customValues);
    const counts = new Float64Array(bounds.length + 1);
    const lost = new Float64Array(bounds.length + 1);
    const add = (at: number, x: number): void => {
      lost[at] = lostBy(counts[at] as number, x, lost[at] as number);
      counts[at] = (counts[at] as number) + x;
    };
    for (const [from, its] of [
      [this, 1],
      [other, sign],
    ] as const) {
      const { positive, customValues } = from;
      for (let i = 0; i < positive.length; i++) {
        const at = placeOf(customValues?.[positive.indexes[i] as number], bounds);
        add(at, its * (positive.counts[i] as number));
        if (from === this && positive.lost !== undefined) add(at, positive.lost[i] as number);
      }
    }
    this.positive.replace(counts, lost);
    if (!this.#isCompensated) this.positive.lost = undefined;
    this.customValues = bounds;
    return true;
  }

  scale(factor: number): void {
    for (const part of [this.zeroCount, this.count, this.sum, this.positive, this.negative])
      part.scale(factor);
    if (factor < 0) this.hint = 'gauge';
  }

  /** Division by zero leaves no bucket. */
  divide(divisor: number): void {
    for (const part of [this.zeroCount, this.count, this.sum, this.positive, this.negative])
      part.divide(divisor);
    if (divisor < 0) this.hint = 'gauge';
    if (divisor !== 0) return;
    for (const side of [this.positive, this.negative]) {
      for (let i = 0; i < side.length; i++) side.clear(i);
      side.dropEmpty();
    }
  }

  get isInfinite(): boolean {
    const { zeroCount, count, sum, positive, negative } = this;
    const parts = [zeroCount.value, count.value, sum.value, ...positive.counts, ...negative.counts];
    return parts.some((x) => Math.abs(x) === Number.POSITIVE_INFINITY);
  }

  /** Adds what rounding has lost. */
  settle(): void {
    if (!this.#isCompensated) return;
    this.#isCompensated = false;
    for (const part of [this.zeroCount, this.count, this.sum]) {
      part.value += part.lost;
      part.lost = 0;
    }
    this.positive.settle();
    this.negative.settle();
  }

  /** Without empty buckets. The sum is not to be used any more. */
  histogram(): Histogram {
    const { hint, schema, zeroThreshold, customValues, zeroCount, count, sum, positive, negative } = this;
    positive.dropEmpty();
    negative.dropEmpty();
    return {
      integer: false,
      counterResetHint: hint,
      schema,
      zeroThreshold,
      zeroCount: zeroCount.value,
      count: count.value,
      sum: sum.value,
      stale: false,
      positiveSpans: spansOf(positive.indexes),
      negativeSpans: spansOf(negative.indexes),
      positiveBuckets: positive.counts,
      negativeBuckets: negative.counts,
      customValues,
    };
  }
}

interface HistogramParts {
  readonly hint: CounterResetHint;
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly customValues: Float64Array | undefined;
  readonly zeroCount: CompensatedSum;
  readonly count: CompensatedSum;
  readonly sum: CompensatedSum;
  readonly positive: BucketSide;
  readonly negative: BucketSide;
}

interface ZeroBucket {
  readonly count: number;
  readonly lost: number;
  readonly threshold: number;
}

/** Bounds that both have; both rise. */
function commonBounds(a: Float64Array | undefined, b: Float64Array | undefined): Float64Array {
  const others = new Set(b);
  return (a ?? new Float64Array(0)).filter((bound) => others.has(bound));
}

/** The bucket among `bounds` that has what lies up to `bound`; the last one where there is no bound. */
function placeOf(bound: number | undefined, bounds: Float64Array): number {
  if (bound === undefined) return bounds.length;
  let from = 0;
  let to = bounds.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((bounds[middle] as number) >= bound) to = middle;
    else from = middle + 1;
  }
  return from;
}
