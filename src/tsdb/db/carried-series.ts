import type { SeriesRef } from '../../storage/index.js';
import { type SeriesEntry, type StoredRecord, seriesCopyOf, storeRecord } from '../wal/index.js';

interface Candidate {
  readonly refs: readonly SeriesRef[];
  readonly record: Uint8Array;
}

/**
 * Series that the log holds once only, in one of its last two segments: a process that ended before it began the next
 * segment has not written their copies. The segment that a start makes begins with them.
 */
export class CarriedSeries {
  #previous: Candidate[] = [];
  #current: Candidate[] = [];
  readonly #copied = new Set<SeriesRef>();

  beginSegment(): void {
    this.#previous = this.#current;
    this.#current = [];
  }

  /** `record` is copied. */
  addFirst(entries: readonly SeriesEntry[], record: Uint8Array): void {
    this.#current.push({ refs: entries.map(({ ref }) => ref), record: record.slice() });
  }

  addCopy(entries: readonly SeriesEntry[]): void {
    for (const { ref } of entries) this.#copied.add(ref);
  }

  /** The records to write. */
  copies(): StoredRecord[] {
    return [...this.#previous, ...this.#current]
      .filter(({ refs }) => refs.some((ref) => !this.#copied.has(ref)))
      .map(({ record }) => storeRecord(seriesCopyOf(record), 'snappy'));
  }
}
