import { ByteWriter } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { SeriesRef } from '../../storage/index.js';
import { recordType } from './format.js';
import type { PackedRecord, RecordPacker } from './record-packer.js';
import {
  encodeChunkEnds,
  encodeExemplars,
  encodeHistograms,
  encodeHistogramsV2,
  encodeMetadata,
  encodeSamples,
  encodeSamplesV2,
  encodeTombstones,
  histogramRecordType,
  type MetadataEntry,
  maxRecordRows,
  partOfRows,
  SampleColumns,
  type SampleRows,
  type SeriesEntry,
} from './records/index.js';
import { writeSeries } from './records/series.js';
import { indexOfRef } from './ref-list.js';
import type { ReplayRecord } from './replay-records.js';

export interface CheckpointStats {
  series: number;
  droppedSeries: number;
  samples: number;
  droppedSamples: number;
  exemplars: number;
  droppedExemplars: number;
  tombstones: number;
  droppedTombstones: number;
  metadata: number;
  droppedMetadata: number;
  /** Records whose content is damaged, or beyond what a double holds. */
  unreadable: number;
  sizeBytes: number;
}

export function emptyCheckpointStats(): CheckpointStats {
  return {
    series: 0,
    droppedSeries: 0,
    samples: 0,
    droppedSamples: 0,
    exemplars: 0,
    droppedExemplars: 0,
    tombstones: 0,
    droppedTombstones: 0,
    metadata: 0,
    droppedMetadata: 0,
    unreadable: 0,
    sizeBytes: 0,
  };
}

/** A record as it was read, with its place in the kernels' memory. */
export interface RecordPlace {
  readonly at: number;
  readonly end: number;
}

/** One that no decoder takes. `keep` where upstream's would. */
export interface UnreadableRecord {
  readonly kind: 'unreadable';
  readonly keep: boolean;
}

const metadataInRecord = 1000;

/** What of a log's records is still needed. Source: tsdb/wlog/checkpoint.go. */
export class CheckpointFilter {
  readonly stats = emptyCheckpointStats();
  readonly #kernels: Kernels;
  readonly #packer: RecordPacker;
  readonly #keptRefs: Float64Array;
  readonly #mintMs: number;
  readonly #deletionsFromMs: number;
  /** A bit for each kept reference: its series is in the checkpoint. */
  readonly #written: Uint8Array;
  readonly #metadata = new Map<number, MetadataEntry>();
  readonly #writer = new ByteWriter(4096);

  constructor(options: {
    kernels: Kernels;
    packer: RecordPacker;
    keptRefs: Float64Array;
    mintMs: number;
    deletionsFromMs?: number;
  }) {
    this.#kernels = options.kernels;
    this.#packer = options.packer;
    this.#keptRefs = options.keptRefs;
    this.#mintMs = options.mintMs;
    this.#deletionsFromMs = options.deletionsFromMs ?? options.mintMs;
    this.#written = new Uint8Array(Math.ceil(options.keptRefs.length / 8));
  }

  /** What is left of a record, packed one after another: each is good until the next is asked for. */
  *filter(record: ReplayRecord | UnreadableRecord, place: RecordPlace): Generator<PackedRecord> {
    const { stats } = this;
    const mintMs = this.#mintMs;
    switch (record.kind) {
      case 'series':
        yield* this.#series(record, place);
        return;
      case 'rows':
        yield* this.#rows(record.rows, place);
        return;
      case 'samples':
        yield* this.#samples(record, place);
        return;
      case 'histograms':
        yield* this.#histograms(record, place);
        return;
      case 'tombstones': {
        const fromMs = this.#deletionsFromMs;
        const kept = record.entries.filter(({ ref, maxtMs }) => this.#isKept(ref) && maxtMs >= fromMs);
        stats.tombstones += record.entries.length;
        stats.droppedTombstones += record.entries.length - kept.length;
        if (kept.length > 0) yield this.#encode((writer) => encodeTombstones(writer, kept));
        return;
      }
      case 'chunk-ends': {
        const kept = record.entries.filter(({ ref, maxtMs }) => this.#isKept(ref) && maxtMs >= mintMs);
        if (kept.length > 0) yield this.#encode((writer) => encodeChunkEnds(writer, kept));
        return;
      }
      case 'exemplars': {
        const kept = record.entries.filter(({ exemplar }) => exemplar.timestampMs >= mintMs);
        stats.exemplars += record.entries.length;
        stats.droppedExemplars += record.entries.length - kept.length;
        if (kept.length > 0) yield this.#encode((writer) => encodeExemplars(writer, kept));
        return;
      }
      case 'metadata':
        this.#noteMetadata(record.entries);
        return;
      case 'unreadable':
        stats.unreadable++;
        if (record.keep) yield this.#asItWas(place);
        return;
      case 'mmap-markers':
      case 'late-place':
      case 'unknown':
        return;
    }
  }

  /** The newest metadata of each series, for the checkpoint's end. */
  *metadata(): Generator<PackedRecord> {
    const entries = [...this.#metadata.values()];
    for (let start = 0; start < entries.length; start += metadataInRecord) {
      const part = entries.slice(start, start + metadataInRecord);
      yield this.#encode((writer) => encodeMetadata(writer, part));
    }
  }

  #isKept(ref: number): boolean {
    return indexOfRef(this.#keptRefs, ref) >= 0;
  }

  /**
   * Each series once, and what stood in the log as a copy alone as a series: a second record would make Prometheus drop
   * the samples it has read of the series.
   */
  *#series(
    record: { entries: readonly SeriesEntry[]; copy: boolean },
    place: RecordPlace,
  ): Generator<PackedRecord> {
    const kept = record.entries.filter(({ ref }) => this.#takeSeries(ref));
    if (!record.copy) {
      this.stats.series += record.entries.length;
      this.stats.droppedSeries += record.entries.length - kept.length;
    }
    if (kept.length === 0) return;
    if (kept.length === record.entries.length && !record.copy) yield this.#asItWas(place);
    else yield this.#encode((writer) => writeSeries(writer, recordType.series, kept));
  }

  #takeSeries(ref: SeriesRef): boolean {
    const index = indexOfRef(this.#keptRefs, ref);
    if (index < 0) return false;
    const byte = this.#written[index >>> 3] as number;
    const bit = 1 << (index & 7);
    this.#written[index >>> 3] = byte | bit;
    return (byte & bit) === 0;
  }

  *#rows(rows: SampleRows, place: RecordPlace): Generator<PackedRecord> {
    const { refs, timestamps, values, length } = rows;
    const kept = this.#kernels.exports.walKeepRows(refs, timestamps, values, length, this.#mintMs);
    this.stats.samples += length;
    this.stats.droppedSamples += length - kept;
    if (kept === 0) return;
    if (kept === length) {
      yield this.#asItWas(place);
      return;
    }
    const left = { ...rows, length: kept };
    for (let start = 0; start < kept; start += maxRecordRows) {
      yield this.#packer.packRows(partOfRows(left, start, maxRecordRows));
    }
  }

  /** Samples with start timestamps stay what they are, whatever is written otherwise. */
  *#samples(record: Extract<ReplayRecord, { kind: 'samples' }>, place: RecordPlace): Generator<PackedRecord> {
    const batch = record.batch as SampleColumns;
    const kept = new SampleColumns();
    kept.reserve(batch.length);
    kept.hasStartTimestamps = batch.hasStartTimestamps;
    for (let row = 0; row < batch.length; row++) {
      if ((batch.timestamps[row] as number) < this.#mintMs) continue;
      const at = kept.length++;
      kept.refs[at] = batch.refs[row] as number;
      kept.timestamps[at] = batch.timestamps[row] as number;
      kept.starts[at] = batch.starts[row] as number;
      kept.words[2 * at] = batch.words[2 * row] as number;
      kept.words[2 * at + 1] = batch.words[2 * row + 1] as number;
    }
    this.stats.samples += batch.length;
    this.stats.droppedSamples += batch.length - kept.length;
    if (kept.length === 0) return;
    if (kept.length === batch.length) yield this.#asItWas(place);
    else {
      const encode = this.#typeAt(place) === recordType.samples ? encodeSamples : encodeSamplesV2;
      yield this.#encode((writer) => encode(writer, kept), record.late);
    }
  }

  *#histograms(
    record: Extract<ReplayRecord, { kind: 'histograms' }>,
    place: RecordPlace,
  ): Generator<PackedRecord> {
    const { samples, skipped, late } = record;
    const kept = samples.filter(({ timestampMs }) => timestampMs >= this.#mintMs);
    this.stats.samples += samples.length + skipped;
    this.stats.droppedSamples += samples.length - kept.length;
    if (kept.length === 0 && skipped === 0) return;
    // Histograms of schemas that are not known here may be known to whoever reads the checkpoint.
    if (kept.length === samples.length || skipped > 0) {
      yield this.#asItWas(place);
      return;
    }
    const type = this.#typeAt(place);
    if (type === recordType.histogramsV2 || type === recordType.floatHistogramsV2) {
      const isInteger = type === recordType.histogramsV2;
      yield this.#encode((writer) => encodeHistogramsV2(writer, isInteger, kept), late);
      return;
    }
    for (const [each, group] of Map.groupBy(kept, ({ histogram }) => histogramRecordType(histogram))) {
      yield this.#encode((writer) => encodeHistograms(writer, each, group), late);
    }
  }

  #noteMetadata(entries: readonly MetadataEntry[]): void {
    this.stats.metadata += entries.length;
    this.stats.droppedMetadata += entries.length;
    for (const entry of entries) {
      if (!this.#isKept(entry.ref)) continue;
      if (!this.#metadata.has(entry.ref)) this.stats.droppedMetadata--;
      this.#metadata.set(entry.ref, entry);
    }
  }

  /** Of what stands in a record of late samples. */
  #typeAt({ at }: RecordPlace): number {
    const { bytes } = this.#kernels;
    return bytes[bytes[at] === recordType.late ? at + 1 : at] as number;
  }

  #asItWas({ at, end }: RecordPlace): PackedRecord {
    return this.#packer.pack(at, end - at);
  }

  #encode(encode: (writer: ByteWriter) => void, late = false): PackedRecord {
    this.#writer.reset();
    if (late) this.#writer.byte(recordType.late);
    encode(this.#writer);
    return this.#packer.packBytes(this.#writer.take());
  }
}
