import type { SeriesRef } from '../../storage/index.js';
import type { Head } from '../head/index.js';
import {
  addInterval,
  type DeletedInterval,
  GatheredIntervals,
  type Tombstones,
} from '../tombstones/index.js';
import type { TombstoneEntry } from '../wal/index.js';

/** What is deleted of the head's series and still stands in its chunks. Source: tsdb/head.go (tombstones). */
export class HeadDeletions {
  readonly #head: Head;
  readonly #gathered = new Map<SeriesRef, GatheredIntervals>();
  #all: Map<SeriesRef, readonly DeletedInterval[]> = new Map();
  /** Deletions of series that the log has not named. */
  unknownRefs = 0;

  constructor(head: Head) {
    this.#head = head;
  }

  /** By reference; one that a series has beside its own is not among them. */
  get all(): Tombstones {
    for (const [ref, intervals] of this.#gathered) this.#all.set(ref, intervals.all);
    return this.#all;
  }

  /** Of a log or a snapshot that is being read. */
  restore(ref: SeriesRef, deleted: DeletedInterval): void {
    const own = this.#head.ownRef(ref);
    if (own === undefined) {
      this.unknownRefs++;
      return;
    }
    let intervals = this.#gathered.get(own);
    if (intervals === undefined) {
      intervals = new GatheredIntervals();
      this.#gathered.set(own, intervals);
    }
    intervals.add(deleted);
  }

  /** Source: tsdb/head_wal.go loadWAL. */
  restoreRecord(entries: readonly TombstoneEntry[]): void {
    for (const { ref, mintMs, maxtMs } of entries) {
      // What lies before the head's first time was deleted from blocks, or was given up with them.
      if (maxtMs < this.#head.minValidMs) continue;
      // One that was dropped as stale: it may come back under its labels, and then nothing of it is deleted.
      if (mintMs === Number.NEGATIVE_INFINITY && maxtMs === Number.POSITIVE_INFINITY) {
        this.#head.forgetReplayed(ref);
        this.#gathered.delete(ref);
        this.#all.delete(ref);
      } else this.restore(ref, { mintMs, maxtMs });
    }
  }

  /** Readers that have `all` of before do not see it. */
  add(entries: readonly TombstoneEntry[]): void {
    const all = new Map(this.all as Map<SeriesRef, readonly DeletedInterval[]>);
    for (const { ref, mintMs, maxtMs } of entries)
      all.set(ref, addInterval(all.get(ref) ?? [], { mintMs, maxtMs }));
    this.#replace(all);
  }

  /** Samples before `mintMs`, and series that are gone, have nothing left to delete. Answers whether that was anything. */
  truncateBefore(mintMs: number): boolean {
    const before = this.all;
    const kept = new Map<SeriesRef, readonly DeletedInterval[]>();
    let isLess = false;
    for (const [ref, intervals] of before as Map<SeriesRef, readonly DeletedInterval[]>) {
      const left = this.#head.hasSeries(ref) ? intervals.filter((each) => each.maxtMs >= mintMs) : [];
      if (left.length > 0) kept.set(ref, left);
      isLess ||= left.length < intervals.length;
    }
    if (isLess) this.#replace(kept);
    return isLess;
  }

  #replace(all: Map<SeriesRef, readonly DeletedInterval[]>): void {
    this.#gathered.clear();
    this.#all = all;
  }
}
