import type { Labels, Metadata } from '../../model/index.js';
import type {
  CardinalityStats,
  FloatBatch,
  HistogramSample,
  Querier,
  SeriesRef,
  Storage,
  TimeWindow,
} from '../contracts.js';
import { cardinalityOf } from './cardinality.js';
import { MemoryAppender } from './memory-appender.js';
import { MemoryHead, type MemoryStoreOptions } from './memory-head.js';
import { MemoryQuerier } from './memory-querier.js';
import { replayFloats, replayHistogram } from './replay.js';
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
  /** Makes a series under the ref it had; a second ref of one label set names the same series. */
  restoreSeries(ref: SeriesRef, labels: Labels): void;
  /** Series made later get refs above it: it was used once, though its series is unknown. */
  reserveRefs(lastUsed: SeriesRef): void;
  /**
   * Takes logged samples as they are, visible at once to queriers opened later; for the time before the first
   * querier. Times in any order; of equal times the first wins. Returns how many rows have no series.
   */
  replayFloats(batch: FloatBatch): number;
  /** As `replayFloats`; false when there is no such series. */
  replayHistogram(sample: HistogramSample): boolean;
  restoreMetadata(name: string, metadata: Metadata): void;
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

  restoreSeries(ref: SeriesRef, labels: Labels): void {
    this.#head.addSeries(ref, labels);
  }

  reserveRefs(lastUsed: SeriesRef): void {
    this.#head.reserveRefs(lastUsed);
  }

  replayFloats(batch: FloatBatch): number {
    return replayFloats(this.#head, batch);
  }

  replayHistogram(sample: HistogramSample): boolean {
    return replayHistogram(this.#head, sample);
  }

  restoreMetadata(name: string, metadata: Metadata): void {
    this.#head.metadata.set(name, metadata);
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
