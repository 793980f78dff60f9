import { ByteReader, runAtOnce } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import { metricNameLabel } from '../../model/index.js';
import type { FloatBatch, HistogramSample, SeriesRef } from '../../storage/index.js';
import type { Head } from '../head/index.js';
import {
  CarriedRefs,
  type ReplayRecord,
  readSeries,
  type SampleRows,
  type SeriesEntry,
  type StoredSeriesRecord,
  type TombstoneEntry,
} from '../wal/index.js';
import { emptyReplayStats, type ReplayStats } from './database-stats.js';
import { type OrphanPlace, OrphanRows } from './orphan-rows.js';
import type { StoredChunks } from './stored-chunks.js';

export interface RecordApplierParts {
  readonly head: Head;
  /** On the head's memory. */
  readonly kernels: Kernels;
  /** What series get as soon as they are named. */
  readonly chunks: StoredChunks | undefined;
  /** What the log says is deleted, in the order of the log. */
  readonly onTombstones?: ((entries: readonly TombstoneEntry[]) => void) | undefined;
}

/** Puts the log's records into a head, in the order of the log. */
export class RecordApplier {
  readonly stats: ReplayStats = emptyReplayStats();
  readonly carried = new CarriedRefs();
  readonly #parts: RecordApplierParts;
  readonly #head: Head;
  readonly #orphans = new OrphanRows();
  readonly #lateOrphans = new OrphanRows();
  /** Series that records other than samples name in vain. */
  readonly #unknown = new Set<number>();
  #segment = -1;
  #fromCheckpoint = false;
  #maxRef = 0;

  constructor(parts: RecordApplierParts) {
    this.#parts = parts;
    this.#head = parts.head;
    this.#maxRef = parts.chunks?.maxRef ?? 0;
  }

  /** Series that a snapshot named. The segments before its place are not read: the next one begins with copies of all. */
  begin(refs: readonly SeriesRef[]): void {
    for (const ref of refs) {
      this.#noteRef(ref);
      this.carried.addCheckpointed(ref);
    }
  }

  /** `isEmpty`: a segment in which nothing was ever written does not count as the one that follows. */
  beginSegment(options: { fromCheckpoint: boolean; isEmpty: boolean }): void {
    this.stats.segments++;
    if (options.isEmpty) return;
    this.#segment++;
    this.#fromCheckpoint = options.fromCheckpoint;
    if (!options.fromCheckpoint) this.carried.beginSegment();
    // Copies stand at the beginning of the next segment; whoever was not found there will not be.
    this.#orphans.dropBefore(this.#segment - 1);
    this.#lateOrphans.dropBefore(this.#segment - 1);
  }

  apply(record: ReplayRecord | StoredSeriesRecord): void {
    this.stats.records++;
    switch (record.kind) {
      case 'series':
        this.#series(record);
        break;
      case 'stored-series':
        this.#storedSeries(record);
        break;
      case 'rows':
        this.#rows(record.rows);
        break;
      case 'samples':
        if (record.late === true) this.#lateFloats(record.batch);
        else this.#floats(record.batch, this.#head.replayFloats(record.batch));
        break;
      case 'histograms':
        this.stats.unknownSchemas += record.skipped;
        for (const sample of record.samples) this.#histogram(sample, record.late);
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
        this.#parts.onTombstones?.(record.entries);
        break;
      case 'chunk-ends':
        for (const { ref, maxtMs } of record.entries) {
          this.#noteRef(ref);
          this.#head.noteReplayed(ref, maxtMs);
        }
        break;
      case 'mmap-markers':
      case 'late-place':
        break;
      case 'unknown':
        this.stats.unknownRecords++;
    }
  }

  /** Makes the series of a copy and does nothing else with it: for a log whose first records are not all there. */
  foresee(record: ReplayRecord | StoredSeriesRecord): void {
    if (record.kind !== 'series' && record.kind !== 'stored-series') return;
    if (!record.copy) return;
    const entries = record.kind === 'series' ? record.entries : this.#entriesOf(record);
    for (const { ref, labels } of entries) {
      this.#noteRef(ref);
      if (this.#isKnown(ref)) continue;
      this.#head.restoreSeries(ref, labels);
      this.#parts.chunks?.restore(this.#head, ref);
    }
  }

  #entriesOf({ at, end }: StoredSeriesRecord): SeriesEntry[] {
    const { kernels } = this.#parts;
    const reader = new ByteReader(kernels.bytes.slice(at, end), { path: 'record' });
    const entries: SeriesEntry[] = [];
    while (reader.left > 0) entries.push(readSeries(reader));
    return entries;
  }

  #series(record: { readonly entries: readonly SeriesEntry[]; readonly copy: boolean }): void {
    let restored = false;
    for (const entry of record.entries) if (this.#oneSeries(entry, record.copy)) restored = true;
    if (record.copy && restored) this.#adopt();
  }

  /** Whether the series was not known. */
  #oneSeries({ ref, labels }: SeriesEntry, copy: boolean): boolean {
    const isKnown = this.#isKnown(ref);
    this.#noteSeries(ref, isKnown, copy);
    if (isKnown) return false;
    this.#head.restoreSeries(ref, labels);
    this.#parts.chunks?.restore(this.#head, ref);
    return true;
  }

  #noteSeries(ref: number, isKnown: boolean, copy: boolean): void {
    this.#noteRef(ref);
    if (copy) this.carried.addCopy(ref);
    else if (this.#fromCheckpoint) this.carried.addCheckpointed(ref);
    else if (!isKnown) this.carried.addFirst(ref);
  }

  /** As `#series`, the series made by a kernel. */
  #storedSeries({ at, end, copy, refs, most }: StoredSeriesRecord): void {
    const { kernels, chunks } = this.#parts;
    let restored = false;
    for (let next = at; next < end; ) {
      const made = this.#head.restoreStored({ at: next, end, refs, most });
      for (let i = 0; i < made.count; i++) {
        const ref = kernels.doubles[(refs >>> 3) + i] as number;
        this.#noteSeries(Math.abs(ref), ref < 0, copy);
        if (ref < 0) continue;
        chunks?.restore(this.#head, ref as SeriesRef);
        restored = true;
      }
      next = made.at;
      if (!made.isStopped) continue;
      const reader = new ByteReader(kernels.bytes.subarray(next, end), { path: 'record' });
      if (this.#oneSeries(readSeries(reader), copy)) restored = true;
      next = end - reader.left;
    }
    if (copy && restored) this.#adopt();
  }

  #adopt(): void {
    const head = this.#head;
    const isKnown = (ref: number): boolean => this.#isKnown(ref);
    if (!this.#orphans.isEmpty)
      this.#orphans.takeKnown(isKnown, {
        floats: (batch, place) => {
          this.stats.samples += batch.length - this.#asOf(place, () => head.replayFloats(batch));
        },
        histogram: (sample, place) => {
          if (this.#asOf(place, () => head.replayHistogram(sample))) this.stats.histograms++;
        },
      });
    if (!this.#lateOrphans.isEmpty)
      this.#lateOrphans.takeKnown(isKnown, {
        floats: (batch, place) => {
          this.stats.samples += batch.length - this.#asOf(place, () => head.replayLateFloats(batch));
        },
        histogram: (sample, place) => {
          if (this.#asOf(place, () => head.replayLateHistogram(sample))) this.stats.histograms++;
        },
      });
  }

  get #place(): OrphanPlace {
    return { segment: this.#segment, lateFromMs: this.#head.replayLateFromMs };
  }

  /** As it would have been done where the rows stood. */
  #asOf<T>({ lateFromMs }: OrphanPlace, replay: () => T): T {
    const head = this.#head;
    const here = head.replayLateFromMs;
    if (here === lateFromMs) return replay();
    head.replayLateFromMs = lateFromMs;
    const result = replay();
    head.replayLateFromMs = here;
    return result;
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
    const unknown = this.#head.stageRows(rows);
    const [refs, timestamps, values] = [view(rows.refs), view(rows.timestamps), view(rows.values)];
    this.#floats({ length, refs, timestamps, values }, unknown);
  }

  #lateFloats(batch: FloatBatch): void {
    this.#floats(batch, this.#head.replayLateFloats(batch), this.#lateOrphans);
  }

  #floats(batch: FloatBatch, unknown: number, orphans = this.#orphans): void {
    this.stats.samples += batch.length - unknown;
    if (unknown === 0) return;
    for (let row = 0; row < batch.length; row++) {
      const ref = batch.refs[row] as number;
      if (this.#isKnown(ref)) continue;
      this.#noteRef(ref);
      orphans.addFloat(this.#place, batch, row);
    }
  }

  #histogram(sample: HistogramSample, late = false): void {
    const isKnown = late ? this.#head.replayLateHistogram(sample) : this.#head.replayHistogram(sample);
    if (isKnown) {
      this.stats.histograms++;
      return;
    }
    this.#noteRef(sample.ref);
    (late ? this.#lateOrphans : this.#orphans).addHistogram(this.#place, sample);
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
    runAtOnce(appender.publish());
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
    this.#head.endReplay();
    const { unknownRefs } = this.stats;
    for (const orphans of [this.#orphans, this.#lateOrphans]) {
      orphans.dropBefore(Number.POSITIVE_INFINITY);
      unknownRefs.samples += orphans.lost.samples;
      unknownRefs.histograms += orphans.lost.histograms;
      for (const ref of orphans.lost.refs) this.#unknown.add(ref);
    }
    unknownRefs.series += this.#unknown.size;
    this.#head.reserveRefs(this.#maxRef as SeriesRef);
  }
}
