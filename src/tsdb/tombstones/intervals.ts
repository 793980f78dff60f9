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

/** So few are not worth uniting early. */
const leastToUnite = 64;

/**
 * Intervals added in any number and order, as `addInterval` would one after the other. They are united whenever twice as
 * many have come as were left the last time: hostile files hold millions of one series.
 */
export class GatheredIntervals {
  #list: DeletedInterval[] = [];
  #unitedCount = 0;

  add(interval: DeletedInterval): void {
    this.#list.push(interval);
    if (this.#list.length >= 2 * this.#unitedCount + leastToUnite) this.#unite();
  }

  get all(): readonly DeletedInterval[] {
    if (this.#list.length > this.#unitedCount) this.#unite();
    return this.#list;
  }

  #unite(): void {
    this.#list.sort((a, b) => (a.mintMs < b.mintMs ? -1 : Number(a.mintMs > b.mintMs)));
    const united: DeletedInterval[] = [];
    for (const interval of this.#list) {
      const last = united.at(-1);
      if (last === undefined || interval.mintMs > last.maxtMs + 1) united.push(interval);
      else if (interval.maxtMs > last.maxtMs)
        united[united.length - 1] = { mintMs: last.mintMs, maxtMs: interval.maxtMs };
    }
    this.#list = united;
    this.#unitedCount = united.length;
  }
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
