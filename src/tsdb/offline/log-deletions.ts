import type { Labels } from '../../model/index.js';
import type { SeriesRef } from '../../storage/index.js';
import type { Head } from '../head/index.js';
import { type DeletedInterval, GatheredIntervals } from '../tombstones/index.js';
import type { TombstoneEntry } from '../wal/index.js';

/** What is deleted of one series of the log. */
export interface SeriesDeletion {
  readonly labels: Labels;
  readonly intervals: readonly DeletedInterval[];
}

/**
 * Deletions of a log, gathered while it is read. They are series' by their labels: a log may name one series by
 * several references. Source: tsdb/head_wal.go loadWAL.
 */
export class LogDeletions {
  readonly #head: Head;
  readonly #bySeries = new Map<string, { readonly labels: Labels; readonly intervals: GatheredIntervals }>();
  /** Of series that the log has not named. */
  unknownRefs = 0;

  constructor(head: Head) {
    this.#head = head;
  }

  get all(): readonly SeriesDeletion[] {
    return Array.from(this.#bySeries.values(), ({ labels, intervals }) => ({
      labels,
      intervals: intervals.all,
    }));
  }

  add(ref: SeriesRef, deleted: DeletedInterval): void {
    const labels = this.#head.seriesLabels(ref);
    if (labels === undefined) {
      this.unknownRefs++;
      return;
    }
    const key = JSON.stringify(labels.pairs);
    let series = this.#bySeries.get(key);
    if (series === undefined) {
      series = { labels, intervals: new GatheredIntervals() };
      this.#bySeries.set(key, series);
    }
    series.intervals.add(deleted);
  }

  addRecord(entries: readonly TombstoneEntry[]): void {
    for (const { ref, mintMs, maxtMs } of entries) {
      // What lies before the head's first time was deleted from blocks, or was given up with them.
      if (maxtMs < this.#head.minValidMs) continue;
      const isWhole = mintMs === Number.NEGATIVE_INFINITY && maxtMs === Number.POSITIVE_INFINITY;
      // A series that was dropped as stale may come back under its labels: only what it had is gone.
      this.add(ref, { mintMs, maxtMs: isWhole ? this.#head.newestMs(ref) : maxtMs });
    }
  }
}
