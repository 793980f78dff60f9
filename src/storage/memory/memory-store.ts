import type { Labels, Metadata } from '../../model/index.js';
import type { CardinalityStats, Querier, SeriesRef, Storage, TimeWindow } from '../contracts.js';
import { cardinalityOf } from './cardinality.js';
import { MemoryAppender } from './memory-appender.js';
import { MemoryHead, type MemoryStoreOptions } from './memory-head.js';
import { MemoryQuerier } from './memory-querier.js';
import { truncateBefore } from './truncate.js';

export type { MemoryAppender } from './memory-appender.js';
export type { MemoryStoreOptions } from './memory-head.js';

/** All samples in memory, durable as the process. A database that logs its writes wraps it. */
export interface MemoryStore extends Storage {
  appender(): MemoryAppender;
  /** Series that exist, with or without samples. */
  readonly seriesCount: number;
  /** Of all committed samples; Infinity and -Infinity when there is none. */
  readonly mintMs: number;
  readonly maxtMs: number;
  /** In-order samples below it are out of bounds; appenders opened before a change keep the old bound. */
  minValidTimeMs: number;
  seriesLabels(ref: SeriesRef): Labels | undefined;
  /** Drops samples before `mintMs` and, where nobody may know them, series without any; answers their refs. */
  truncateBefore(mintMs: number): SeriesRef[];
}

export function createMemoryStore(options: MemoryStoreOptions = {}): MemoryStore {
  return new HeadStore(new MemoryHead(options));
}

class HeadStore implements MemoryStore {
  readonly #head: MemoryHead;

  constructor(head: MemoryHead) {
    this.#head = head;
  }

  appender(): MemoryAppender {
    return new MemoryAppender(this.#head);
  }

  querier(window: TimeWindow): Querier {
    return new MemoryQuerier(this.#head, window);
  }

  get seriesCount(): number {
    return this.#head.seriesCount;
  }

  get mintMs(): number {
    return this.#head.mintMs;
  }

  get maxtMs(): number {
    return this.#head.maxtMs;
  }

  get minValidTimeMs(): number {
    return this.#head.minValidTimeMs;
  }

  set minValidTimeMs(timeMs: number) {
    this.#head.minValidTimeMs = timeMs;
  }

  seriesLabels(ref: SeriesRef): Labels | undefined {
    return this.#head.seriesOf(ref)?.labels;
  }

  truncateBefore(mintMs: number): SeriesRef[] {
    return truncateBefore(this.#head, mintMs);
  }

  cardinality(limit: number): CardinalityStats {
    return cardinalityOf(this.#head, limit);
  }

  metadata(): ReadonlyMap<string, Metadata> {
    return this.#head.metadata;
  }

  async close(): Promise<void> {}
}
