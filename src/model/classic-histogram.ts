/**
 * Classic histograms as native ones with custom buckets. Source: util/convertnhcb/convertnhcb.go.
 */
import { formatFloatShortest } from '../base/index.js';
import { compactHistogram } from './compact-histogram.js';
import { customBucketsSchema, type Histogram } from './histogram.js';

/** The samples of one classic histogram at one time: of `_bucket`, by upper bound, `_count` and `_sum`. */
export class ClassicHistogram {
  readonly #counts = new Map<number, number>();
  #count: number | undefined;
  #sum = 0;
  #fault: string | undefined;

  /** Of two for one bound the first counts. */
  setBucket(upperBound: number, cumulativeCount: number): void {
    if (Number.isNaN(upperBound)) this.#fault ??= 'bucket boundary must not be NaN';
    else if (cumulativeCount < 0) {
      const place = `le=${formatFloatShortest(upperBound)}, count=${formatFloatShortest(cumulativeCount)}`;
      this.#fault ??= `bucket count must be non-negative: ${place}`;
    } else if (!this.#counts.has(upperBound)) this.#counts.set(upperBound, cumulativeCount);
  }

  setCount(count: number): void {
    if (count < 0) this.#fault ??= `count must be non-negative: count=${formatFloatShortest(count)}`;
    else this.#count = count;
  }

  setSum(sum: number): void {
    this.#sum = sum;
  }

  /** The native histogram, or upstream's text of why there is none. */
  convert(): Histogram | string {
    if (this.#fault !== undefined) return this.#fault;
    const bounds = [...this.#counts.keys()].sort((a, b) => a - b);
    const counts = bounds.map((bound) => this.#counts.get(bound) as number);
    const count = this.#count ?? counts.at(-1) ?? 0;
    if (bounds.at(-1) !== Number.POSITIVE_INFINITY) {
      bounds.push(Number.POSITIVE_INFINITY);
      counts.push(count);
    }
    const buckets = new Float64Array(counts.length);
    for (const [i, cumulative] of counts.entries()) {
      const before = i === 0 ? 0 : (counts[i - 1] as number);
      if (cumulative < before) {
        return `count is not cumulative: ${formatFloatShortest(cumulative)} < ${formatFloatShortest(before)}`;
      }
      buckets[i] = cumulative - before;
    }
    const last = counts.at(-1) as number;
    if (count !== last) {
      const texts = [count, bounds.at(-1) as number, last].map(formatFloatShortest);
      return `count mismatch: count=${texts[0]} != le=${texts[1]} count=${texts[2]}`;
    }
    const integer = counts.every((each) => Number.isInteger(each)) && Number.isInteger(count);
    const histogram: Histogram = {
      integer,
      counterResetHint: 'unknown',
      schema: customBucketsSchema,
      zeroThreshold: 0,
      zeroCount: 0,
      count,
      sum: this.#sum,
      stale: false,
      positiveSpans: [{ offset: 0, length: buckets.length }],
      negativeSpans: [],
      positiveBuckets: buckets,
      negativeBuckets: new Float64Array(0),
      customValues: Float64Array.from(bounds.slice(0, -1)),
    };
    return compactHistogram(histogram, integer ? 2 : 0);
  }
}

/** `x_bucket`, `x_count` and `x_sum` belong to `x`. */
export function classicPartOf(
  metric: string,
): { base: string; part: 'bucket' | 'count' | 'sum' } | undefined {
  const found = /^(.*)_(bucket|count|sum)$/s.exec(metric);
  return found === null
    ? undefined
    : { base: found[1] as string, part: found[2] as 'bucket' | 'count' | 'sum' };
}
