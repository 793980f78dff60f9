/**
 * A time span whose samples are deleted, both ends included, ms; -Infinity and Infinity for Go's smallest and
 * largest int64.
 */
export interface DeletedInterval {
  readonly mintMs: number;
  readonly maxtMs: number;
}

/**
 * The intervals with one more: apart from each other and rising, neighbours at 1 ms joined. Source:
 * tsdb/tombstones/tombstones.go `Intervals.Add`.
 */
export function addInterval(
  intervals: readonly DeletedInterval[],
  added: DeletedInterval,
): readonly DeletedInterval[] {
  const before: DeletedInterval[] = [];
  const after: DeletedInterval[] = [];
  let { mintMs, maxtMs } = added;
  for (const interval of intervals) {
    if (interval.maxtMs < added.mintMs - 1) before.push(interval);
    else if (interval.mintMs > added.maxtMs + 1) after.push(interval);
    else {
      mintMs = Math.min(mintMs, interval.mintMs);
      maxtMs = Math.max(maxtMs, interval.maxtMs);
    }
  }
  return [...before, { mintMs, maxtMs }, ...after];
}

/** Whether one of the intervals holds all of the span. */
export function isDeleted(intervals: readonly DeletedInterval[], mintMs: number, maxtMs: number): boolean {
  return intervals.some((interval) => interval.mintMs <= mintMs && maxtMs <= interval.maxtMs);
}

/** Whether one of the intervals holds some of the span. */
export function touchesDeleted(
  intervals: readonly DeletedInterval[],
  mintMs: number,
  maxtMs: number,
): boolean {
  return intervals.some((interval) => interval.mintMs <= maxtMs && mintMs <= interval.maxtMs);
}
