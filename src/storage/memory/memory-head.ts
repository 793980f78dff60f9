import type { Labels, Metadata } from '../../model/index.js';
import type { SeriesRef } from '../contracts.js';
import { ExemplarRing } from './exemplar-ring.js';
import { LabelIndex } from './label-index.js';
import { MemorySeries } from './memory-series.js';

export interface MemoryStoreOptions {
  /** Samples up to so much older than the newest are inserted; 0 refuses whatever is out of order. */
  readonly outOfOrderWindowMs?: number;
  /** In-order samples below it are out of bounds. */
  readonly minValidTimeMs?: number;
  /** Of an in-order sample: at most half of it behind the newest sample. Infinity for no such bound. */
  readonly chunkRangeMs?: number;
  /** Series that may exist, 0 for any number. */
  readonly seriesLimit?: number;
  /** Exemplars kept in all, 0 for none (they are then accepted and dropped). */
  readonly exemplarLimit?: number;
}

/** The state that appenders write and queriers read. */
export class MemoryHead {
  readonly outOfOrderWindowMs: number;
  readonly chunkRangeMs: number;
  readonly seriesLimit: number;
  readonly exemplars: ExemplarRing<MemorySeries>;
  readonly index: LabelIndex;
  readonly metadata = new Map<string, Metadata>();
  minValidTimeMs: number;
  mintMs = Number.POSITIVE_INFINITY;
  maxtMs = Number.NEGATIVE_INFINITY;
  /** Number of the last commit; a snapshot is such a number. */
  commit = 0;
  /** Appenders that are neither committed nor rolled back. */
  openAppenders = 0;
  readonly #byRef = new Map<SeriesRef, MemorySeries>();
  readonly #byKey = new Map<string, MemorySeries>();
  #nextRef = 1;
  /** Snapshots of open queriers with how many have each, in rising order as they are taken. */
  readonly #snapshots = new Map<number, number>();
  #newestSnapshot = -1;
  /** Series in label order, until one is added. */
  #ranks: Map<MemorySeries, number> | undefined;

  constructor(options: MemoryStoreOptions) {
    this.outOfOrderWindowMs = options.outOfOrderWindowMs ?? 0;
    this.minValidTimeMs = options.minValidTimeMs ?? Number.NEGATIVE_INFINITY;
    this.chunkRangeMs = options.chunkRangeMs ?? Number.POSITIVE_INFINITY;
    this.seriesLimit = options.seriesLimit ?? 0;
    this.exemplars = new ExemplarRing({
      limit: options.exemplarLimit ?? 100_000,
      outOfOrderWindowMs: this.outOfOrderWindowMs,
    });
    this.index = new LabelIndex((ref) => (this.#byRef.get(ref) as MemorySeries).labels);
  }

  get seriesCount(): number {
    return this.#byKey.size;
  }

  get allSeries(): Iterable<MemorySeries> {
    return this.#byKey.values();
  }

  /** The newest snapshot that an open querier has, -1 when none is open. */
  get newestSnapshot(): number {
    return this.#newestSnapshot;
  }

  seriesOf(ref: number): MemorySeries | undefined {
    return this.#byRef.get(ref as SeriesRef);
  }

  find(labels: Labels): MemorySeries | undefined {
    return this.#byKey.get(labels.key());
  }

  /** A label set has no series yet. Undefined when the limit forbids it. */
  createSeries(labels: Labels): MemorySeries | undefined {
    if (this.seriesLimit > 0 && this.#byKey.size >= this.seriesLimit) return undefined;
    const ref = this.#nextRef as SeriesRef;
    this.#nextRef++;
    const series = new MemorySeries(ref, labels);
    this.#byRef.set(ref, series);
    this.#byKey.set(labels.key(), series);
    this.index.add(ref, labels);
    this.#ranks = undefined;
    return series;
  }

  /** For a series without samples, when no appender and no querier is open. */
  removeSeries(ref: SeriesRef): void {
    const series = this.#byRef.get(ref);
    if (series === undefined) return;
    this.#byRef.delete(ref);
    this.#byKey.delete(series.labels.key());
    this.index.remove(series.ref, series.labels);
    this.exemplars.removeSeries(series);
    this.#ranks = undefined;
  }

  /** Where in-order samples may begin, given the newest sample there is. */
  validFromMs(maxtMs: number): number {
    const windowStartMs = maxtMs - this.chunkRangeMs / 2;
    return Number.isNaN(windowStartMs) ? this.minValidTimeMs : Math.max(this.minValidTimeMs, windowStartMs);
  }

  openSnapshot(): number {
    this.#snapshots.set(this.commit, (this.#snapshots.get(this.commit) ?? 0) + 1);
    this.#newestSnapshot = this.commit;
    return this.commit;
  }

  closeSnapshot(snapshot: number): void {
    const count = this.#snapshots.get(snapshot) ?? 0;
    if (count > 1) {
      this.#snapshots.set(snapshot, count - 1);
      return;
    }
    this.#snapshots.delete(snapshot);
    if (snapshot !== this.#newestSnapshot) return;
    this.#newestSnapshot = -1;
    for (const open of this.#snapshots.keys()) this.#newestSnapshot = Math.max(this.#newestSnapshot, open);
  }

  noteTime(timestampMs: number): void {
    if (timestampMs < this.mintMs) this.mintMs = timestampMs;
    if (timestampMs > this.maxtMs) this.maxtMs = timestampMs;
  }

  /** Sorts by labels. A large part of all series is sorted by ranks that last until a series is added. */
  sortByLabels(list: MemorySeries[]): MemorySeries[] {
    if (this.#ranks === undefined && list.length * 8 < this.#byKey.size)
      return list.sort((a, b) => a.labels.compare(b.labels));
    const ranks = this.#rankSeries();
    return list.sort((a, b) => (ranks.get(a) as number) - (ranks.get(b) as number));
  }

  #rankSeries(): Map<MemorySeries, number> {
    if (this.#ranks === undefined) {
      const sorted = [...this.#byKey.values()].sort((a, b) => a.labels.compare(b.labels));
      this.#ranks = new Map(sorted.map((series, rank) => [series, rank]));
    }
    return this.#ranks;
  }
}
