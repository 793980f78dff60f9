/** Quantiles and fractions of classic histograms. Source: promql/quantile.go. */

/** Cumulative counts by upper bound, in rising bounds: see `addBucket`. One object serves many histograms. */
export interface Buckets {
  length: number;
  readonly bounds: Float64Array;
  readonly counts: Float64Array;
}

/** Room for `capacity` buckets. */
export function newBuckets(capacity: number): Buckets {
  return { length: 0, bounds: new Float64Array(capacity), counts: new Float64Array(capacity) };
}

/** Buckets come in rising bounds; those of one bound are added up. */
export function addBucket(buckets: Buckets, bound: number, count: number): void {
  const { length, bounds, counts } = buckets;
  if (length > 0 && bounds[length - 1] === bound) {
    counts[length - 1] = (counts[length - 1] as number) + count;
    return;
  }
  bounds[length] = bound;
  counts[length] = count;
  buckets.length++;
}

/** Where counts fell from one bucket to the next and were raised. */
export interface Forced {
  readonly minBucket: number;
  readonly maxBucket: number;
  readonly maxDifference: number;
}

const smallDelta = 1e-12;
const minNormal = 2 ** -1022;

export interface QuantileAnswer {
  quantile: number;
  forced: Forced | undefined;
}

/** Writes into `answer`; counts that fall are raised in place. */
export function bucketQuantile(q: number, buckets: Buckets, answer: QuantileAnswer): void {
  answer.forced = undefined;
  answer.quantile = Number.NaN;
  if (q < 0) answer.quantile = Number.NEGATIVE_INFINITY;
  else if (q > 1) answer.quantile = Number.POSITIVE_INFINITY;
  if (!(q >= 0 && q <= 1)) return;
  const last = buckets.length - 1;
  if (buckets.bounds[last] !== Number.POSITIVE_INFINITY) return;
  answer.forced = makeMonotonic(buckets);
  const observations = buckets.counts[last] as number;
  if (buckets.length < 2 || observations === 0) return;
  answer.quantile = interpolate(buckets, q * observations);
}

function interpolate({ bounds, counts, length }: Buckets, rank: number): number {
  const last = length - 1;
  let at = 0;
  let end = last;
  while (at < end) {
    const middle = (at + end) >>> 1;
    if ((counts[middle] as number) >= rank) end = middle;
    else at = middle + 1;
  }
  if (at === last) return bounds[last - 1] as number;
  const bound = bounds[at] as number;
  if (at === 0 && bound <= 0) return bound;
  if (at === 0) return bound * (rank / (counts[0] as number));
  const start = bounds[at - 1] as number;
  const below = counts[at - 1] as number;
  return start + (bound - start) * ((rank - below) / ((counts[at] as number) - below));
}

/** Counts must not fall from bucket to bucket; differences of rounding alone are passed over in silence. */
function makeMonotonic({ bounds, counts, length }: Buckets): Forced | undefined {
  let previous = counts[0] as number;
  let minBucket = Number.POSITIVE_INFINITY;
  let maxBucket = Number.NEGATIVE_INFINITY;
  let maxDifference = 0;
  let forced = false;
  for (let i = 1; i < length; i++) {
    const count = counts[i] as number;
    if (count === previous) continue;
    if (isAlmost(previous, count)) {
      counts[i] = previous;
    } else if (count < previous) {
      forced = true;
      counts[i] = previous;
      minBucket = Math.min(minBucket, bounds[i] as number);
      maxBucket = Math.max(maxBucket, bounds[i] as number);
      maxDifference = Math.max(maxDifference, previous - count);
    } else {
      previous = count;
    }
  }
  return forced ? { minBucket, maxBucket, maxDifference } : undefined;
}

/** Source: util/almost/almost.go. */
function isAlmost(a: number, b: number): boolean {
  if (Number.isNaN(a) && Number.isNaN(b)) return true;
  const sum = Math.abs(a) + Math.abs(b);
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0 || sum < minNormal) return difference < smallDelta * minNormal;
  return difference / Math.min(sum, Number.MAX_VALUE) < smallDelta;
}

/** The share of observations between two values. */
export function bucketFraction(lower: number, upper: number, buckets: Buckets): number {
  const last = buckets.length - 1;
  if (buckets.bounds[last] !== Number.POSITIVE_INFINITY) return Number.NaN;
  const count = buckets.counts[last] as number;
  if (count === 0 || Number.isNaN(lower) || Number.isNaN(upper)) return Number.NaN;
  if (lower >= upper) return 0;
  return (rankOf(upper, buckets, count) - rankOf(lower, buckets, count)) / count;
}

/** How many observations lie below the value, interpolated within its bucket. */
function rankOf(value: number, { bounds, counts, length }: Buckets, count: number): number {
  let lowerBound = (bounds[0] as number) <= 0 ? Number.NEGATIVE_INFINITY : 0;
  let below = 0;
  for (let i = 0; i < length; i++) {
    if (i > 0) lowerBound = bounds[i - 1] as number;
    const upperBound = bounds[i] as number;
    const total = counts[i] as number;
    if (lowerBound >= value) return Math.min(below, count);
    if (upperBound > value) {
      // An endless bucket tells nothing of where its observations lie.
      if (lowerBound === Number.NEGATIVE_INFINITY) return Math.min(total, count);
      const share = ((total - below) * (value - lowerBound)) / (upperBound - lowerBound);
      return Math.min(below + share, count);
    }
    below = total;
  }
  return count;
}
