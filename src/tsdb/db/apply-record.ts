import type { Kernels } from '../../kernels/index.js';
import { metricNameLabel } from '../../model/index.js';
import type { FloatBatch, HistogramSample, SeriesRef } from '../../storage/index.js';
import type { Head } from '../head/index.js';
import { CarriedRefs, type ReplayRecord, type SampleRows, type SeriesEntry } from '../wal/index.js';
import { emptyReplayStats, type ReplayStats } from './database-stats.js';
import { OrphanRows } from './orphan-rows.js';
import type { StoredChunks } from './stored-chunks.js';

export interface RecordApplierParts {
  readonly head: Head;
  /** On the head's memory. */
  readonly kernels: Kernels;
  /** What series get as soon as they are named. */
  readonly chunks: StoredChunks | undefined;
}

/** Puts the log's records into a head, in the order of the log. */
export class RecordApplier {
  readonly stats: ReplayStats = emptyReplayStats();
  readonly carried = new CarriedRefs();
  readonly #parts: RecordApplierParts;
  readonly #head: Head;
  readonly #orphans = new OrphanRows();
  /** Series that records other than samples name in vain. */
  readonly #unknown = new Set<number>();
  #segment = -1;
  #maxRef = 0;

  constructor(parts: RecordApplierParts) {
    this.#parts = parts;
    this.#head = parts.head;
    this.#maxRef = parts.chunks?.maxRef ?? 0;
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

  apply(record: ReplayRecord): void {
    this.stats.records++;
    switch (record.kind) {
      case 'series':
        this.#series(record);
        break;
      case 'rows':
        this.#rows(record.rows);
        break;
      case 'samples':
        this.#floats(record.batch, this.#head.replayFloats(record.batch));
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

  #series(record: { readonly entries: readonly SeriesEntry[]; readonly copy: boolean }): void {
    let restored = false;
    for (const { ref, labels } of record.entries) {
      this.#noteRef(ref);
      if (record.copy) this.carried.addCopy(ref);
      if (this.#isKnown(ref)) continue;
      if (!record.copy) this.carried.addFirst(ref);
      this.#head.restoreSeries(ref, labels);
      this.#parts.chunks?.restore(this.#head, ref);
      restored = true;
    }
    if (record.copy && restored && !this.#orphans.isEmpty) this.#adopt();
  }

  #adopt(): void {
    this.#orphans.takeKnown((ref) => this.#isKnown(ref), {
      floats: (batch) => {
        this.stats.samples += batch.length - this.#head.replayFloats(batch);
      },
      histogram: (sample) => {
        if (this.#head.replayHistogram(sample)) this.stats.histograms++;
      },
    });
  }

  #isKnown(ref: number): boolean {
    return this.#head.hasSeries(ref as SeriesRef);
  }

  #noteRef(ref: number): void {
    if (ref > this.#maxRef) this.#maxRef = ref;
  }

  #rows(rows: SampleRows): void {
    const { doubles } = this.#parts.kernels;
    const { length } = rows;
    const view = (at: number): Float64Array => doubles.subarray(at >>> 3, (at >>> 3) + length);
    const unknown = this.#head.replayRows(rows);
    const [refs, timestamps, values] = [view(rows.refs), view(rows.timestamps), view(rows.values)];
    this.#floats({ length, refs, timestamps, values }, unknown);
  }

  #floats(batch: FloatBatch, unknown: number): void {
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
    if (this.#head.replayHistogram(sample)) {
      this.stats.histograms++;
      return;
    }
    this.#noteRef(sample.ref);
    this.#orphans.addHistogram(this.#segment, sample);
  }

  #exemplars({ entries }: Extract<ReplayRecord, { kind: 'exemplars' }>): void {
    const appender = this.#head.appender();
    for (const { ref, exemplar } of entries) {
      if (this.#isKnown(ref)) {
        appender.appendExemplar(ref, exemplar);
        continue;
      }
      this.#noteRef(ref);
      this.#unknown.add(ref);
      this.stats.unknownRefs.exemplars++;
    }
    const steps = appender.publish();
    while (!steps.next().done);
  }

  #metadata({ entries }: Extract<ReplayRecord, { kind: 'metadata' }>): void {
    for (const { ref, metadata } of entries) {
      const name = this.#head.seriesLabels(ref)?.get(metricNameLabel);
      if (name !== undefined) {
        this.#head.restoreMetadata(name, metadata);
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
    this.#head.reserveRefs(this.#maxRef as SeriesRef);
  }
}
