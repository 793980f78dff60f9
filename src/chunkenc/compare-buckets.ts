export function uniteIndexes(a: Int32Array, b: Int32Array): Int32Array {
  const united = new Int32Array(a.length + b.length);
  let length = 0;
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    const x = i < a.length ? (a[i] as number) : Number.POSITIVE_INFINITY;
    const y = j < b.length ? (b[j] as number) : Number.POSITIVE_INFINITY;
    if (x <= y) i++;
    if (y <= x) j++;
    united[length++] = Math.min(x, y);
  }
  return united.subarray(0, length);
}

/** Counts laid out for the buckets `to`, which have all of `from`; 0 in those that `from` lacks. */
export function moveBuckets(counts: Float64Array, from: Int32Array, to: Int32Array): Float64Array {
  const moved = new Float64Array(to.length);
  let at = 0;
  for (let i = 0; i < from.length; i++) {
    while ((to[at] as number) < (from[i] as number)) at++;
    moved[at] = counts[i] as number;
  }
  return moved;
}

/** How the buckets of one side of a sample differ from those of the chunk it is to join. */
export interface BucketDifference {
  /** Whether the sample has buckets that the chunk lacks, and the chunk some that the sample lacks. */
  readonly sampleHasMore: boolean;
  readonly chunkHasMore: boolean;
  /** A bucket went down, or one in use is gone. */
  readonly reset: boolean;
}

/** Source: tsdb/chunkenc/histogram.go, expandIntSpansAndBuckets. */
export function compareBuckets(
  chunk: { indexes: Int32Array; counts: Float64Array },
  sample: { indexes: Int32Array; counts: Float64Array },
): BucketDifference {
  let sampleHasMore = false;
  let chunkHasMore = false;
  let i = 0;
  let j = 0;
  while (i < chunk.indexes.length || j < sample.indexes.length) {
    const x = i < chunk.indexes.length ? (chunk.indexes[i] as number) : Number.POSITIVE_INFINITY;
    const y = j < sample.indexes.length ? (sample.indexes[j] as number) : Number.POSITIVE_INFINITY;
    const chunkCount = x <= y ? (chunk.counts[i] as number) : 0;
    const sampleCount = y <= x ? (sample.counts[j] as number) : 0;
    if (x === y ? chunkCount > sampleCount : chunkCount !== 0)
      return { sampleHasMore, chunkHasMore, reset: true };
    if (x < y) chunkHasMore = true;
    if (y < x) sampleHasMore = true;
    if (x <= y) i++;
    if (y <= x) j++;
  }
  return { sampleHasMore, chunkHasMore, reset: false };
}
