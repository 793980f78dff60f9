import { metricNameLabel } from '../../model/index.js';
import type { FloatBatch, HistogramSample, MemoryStore, SeriesRef } from '../../storage/index.js';
import type { SeriesEntry, WalRecord } from '../wal/index.js';
import { CarriedSeries } from './carried-series.js';
import { emptyReplayStats, type ReplayStats } from './database-stats.js';
import { OrphanRows } from './orphan-rows.js';

/** Puts the log's records into a store, in the order of the log. */
export class RecordApplier {
  readonly stats: ReplayStats = emptyReplayStats();
  readonly carried = new CarriedSeries();
  readonly #store: MemoryStore;
  readonly #orphans = new OrphanRows();
  /** Series that records other than samples name in vain. */
  readonly #unknown = new Set<number>();
  #segment = -1;
  #maxRef = 0;

  constructor(store: MemoryStore) {
    this.#store = store;
  }

  /** `isEmpty`: a segment in which nothing was ever written does not count as the one that follows. */
  beginSegment(options: { fromCheckpoint: boolean; isEmpty: boolean }): void {
    this.stats.segments++;
    if (options.isEmpty) return;
    this.#segment++;
    if (!options.fromCheckpoint) this.carried.beginSegment();
    // Copies stand at the beginning of the next segment; whoever was not found there will not be.
    this.#orphans.dropBefore(this.#segment - 1);
  }

  /** `bytes` are the record's own. */
  apply(record: WalRecord, bytes: Uint8Array): void {
    this.stats.records++;
    switch (record.kind) {
      case 'series':
        this.#series(record, bytes);
        break;
      case 'samples':
        this.#floats(record.batch);
        break;
      case 'histograms':
        this.stats.unknownSchemas += record.skipped;
        for (const sample of record.samples) this.#histogram(sample);
        break;
      case 'exemplars':
        this.#exemplars(record);
        break;
      case 'metadata':
        this.#metadata(record);
        break;
      case 'tombstones':
        this.stats.tombstones += record.entries.length;
        for (const { ref } of record.entries) this.#noteRef(ref);
        break;
      case 'mmap-markers':
        break;
      case 'unknown':
        this.stats.unknownRecords++;
    }
  }

  #series(record: { entries: readonly SeriesEntry[]; copy: boolean }, bytes: Uint8Array): void {
    let restored = false;
    for (const { ref, labels } of record.entries) {
      this.#noteRef(ref);
      if (this.#isKnown(ref)) continue;
      this.#store.restoreSeries(ref, labels);
      restored = true;
    }
    if (!record.copy) {
      if (restored) this.carried.addFirst(record.entries, bytes);
      return;
    }
    this.carried.addCopy(record.entries);
    if (restored && !this.#orphans.isEmpty) this.#adopt();
  }

  #adopt(): void {
    this.#orphans.takeKnown((ref) => this.#isKnown(ref), {
      floats: (batch) => {
        this.stats.samples += batch.length - this.#store.replayFloats(batch);
      },
      histogram: (sample) => {
        if (this.#store.replayHistogram(sample)) this.stats.histograms++;
      },
    });
  }

  #isKnown(ref: number): boolean {
    return this.#store.seriesLabels(ref as SeriesRef) !== undefined;
  }

  #noteRef(ref: number): void {
    if (ref > this.#maxRef) this.#maxRef = ref;
  }

  #floats(batch: FloatBatch): void {
    const unknown = this.#store.replayFloats(batch);
    this.stats.samples += batch.length - unknown;
    if (unknown === 0) return;
    for (let row = 0; row < batch.length; row++) {
      const ref = batch.refs[row] as number;
      if (this.#isKnown(ref)) continue;
      this.#noteRef(ref);
      this.#orphans.addFloat(this.#segment, batch, row);
    }
  }

  #histogram(sample: HistogramSample): void {
    if (this.#store.replayHistogram(sample)) {
      this.stats.histograms++;
      return;
    }
    this.#noteRef(sample.ref);
    this.#orphans.addHistogram(this.#segment, sample);
  }

  #exemplars({ entries }: Extract<WalRecord, { kind: 'exemplars' }>): void {
    const appender = this.#store.appender();
    for (const { ref, exemplar } of entries) {
      if (this.#isKnown(ref)) {
        appender.appendExemplar(ref, exemplar);
        continue;
      }
      this.#noteRef(ref);
      this.#unknown.add(ref);
      this.stats.unknownRefs.exemplars++;
    }
    appender.commitNow();
  }

  #metadata({ entries }: Extract<WalRecord, { kind: 'metadata' }>): void {
    for (const { ref, metadata } of entries) {
      const name = this.#store.seriesLabels(ref)?.get(metricNameLabel);
      if (name !== undefined) {
        this.#store.restoreMetadata(name, metadata);
        continue;
      }
      this.#noteRef(ref);
      this.#unknown.add(ref);
      this.stats.unknownRefs.metadata++;
    }
  }

  /** After the last record: counts what found no series, and keeps their references from being given out again. */
  finish(): void {
    this.#orphans.dropBefore(Number.POSITIVE_INFINITY);
    const { lost } = this.#orphans;
    const { unknownRefs } = this.stats;
    unknownRefs.samples += lost.samples;
    unknownRefs.histograms += lost.histograms;
    for (const ref of lost.refs) this.#unknown.add(ref);
    unknownRefs.series += this.#unknown.size;
    this.#store.reserveRefs(this.#maxRef as SeriesRef);
  }
}
