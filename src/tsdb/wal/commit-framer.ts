import { ByteWriter, type Clock } from '../../base/index.js';
import type { CommitKind, SeriesRef } from '../../storage/index.js';
import { recordType, type StoredRecord } from './format.js';
import { KeptRecords } from './kept-records.js';
import type { FramedCommit, LogFile } from './log-file.js';
import type { PackedRecord, RecordPacker } from './record-packer.js';
import {
  encodeSeries,
  maxRecordRows,
  partOfRows,
  type SampleRows,
  type SeriesEntry,
} from './records/index.js';
import type { RefSet } from './ref-set.js';
import type { SeriesLedger } from './series-ledger.js';
import type { WalStats } from './wal-stats.js';

/** One commit's records. They stand in one segment, in this order, or nowhere. */
export interface LogRequest {
  /** Nobody waits for it: its write may be shared with others' (`WalWriterOptions.gatherMs`). */
  readonly mayWait?: boolean;
  readonly kind: CommitKind;
  /** All up to here is on stable storage before anybody is told, also in mode `interval`. */
  readonly syncs?: boolean;
  /** Series that the records name and that the ledger did not know to be logged. */
  readonly series: readonly SeriesEntry[];
  /** Float rows stand in the memory of the writer's kernels; all must stay as they are until `log` is settled. */
  readonly records: readonly (Uint8Array | SampleRows)[];
}

/** A commit as it stands in the log. Its records are empty where they need not be kept. */
export interface FramedEntry extends FramedCommit {
  readonly series: StoredRecord | undefined;
  readonly records: readonly StoredRecord[];
}

interface CommitFramerParts {
  readonly packer: RecordPacker;
  readonly file: LogFile;
  readonly ledger: SeriesLedger;
  readonly stats: WalStats;
  readonly clock: Clock;
  /** Whether the records may have to be written again. */
  readonly keep: boolean;
  /** As `WalWriterOptions` has it. */
  readonly writeSeries?: ((ref: SeriesRef, at: number, end: number) => number) | undefined;
}

/** Rooms for a record of series that is not made of their labels: the usual one, and one for giant label sets. */
const seriesRecordBytes = [1 << 19, 1 << 26];

/** The event loop has its turn at least so often. */
const turnMs = 4;

/** Turns commits into frames: encodes, compresses, and lays them out behind those before. */
export class CommitFramer {
  readonly #parts: CommitFramerParts;
  readonly #scratch = new ByteWriter(4096);
  readonly #kept = new KeptRecords();

  constructor(parts: CommitFramerParts) {
    this.#parts = parts;
  }

  /** `refsBefore`: series that commits framed for the same write record. */
  async frame(request: LogRequest, refsBefore: RefSet): Promise<FramedEntry> {
    const { ledger, packer, stats, clock } = this.#parts;
    const unlogged = request.series.filter(({ ref }) => ledger.isUnlogged(ref) && !refsBefore.has(ref));
    const series = unlogged.length === 0 ? undefined : this.#frameSeries(unlogged);
    const records: StoredRecord[] = [];
    let recordCount = Math.min(1, unlogged.length);
    let turnStartMs = clock.monotonicMs();
    const add = (packed: PackedRecord): void => {
      stats.compressionSavedBytes += packed.rawBytes - packed.length;
      const kept = this.#put(packed);
      if (kept !== undefined) records.push(kept);
      recordCount++;
    };
    for (const record of request.records) {
      if (record instanceof Uint8Array) {
        add(packer.packBytes(record));
        continue;
      }
      for (let start = 0; start < record.length; start += maxRecordRows) {
        add(packer.packRows(partOfRows(record, start, maxRecordRows)));
        if (clock.monotonicMs() - turnStartMs < turnMs) continue;
        await clock.sleep(0);
        turnStartMs = clock.monotonicMs();
      }
    }
    return { series, seriesRefs: unlogged.map(({ ref }) => ref), records, recordCount };
  }

  #frameSeries(entries: readonly SeriesEntry[]): StoredRecord | undefined {
    const packed = this.#packSeries(entries);
    if (packed !== undefined) return this.#put(packed);
    this.#scratch.reset();
    encodeSeries(this.#scratch, entries);
    return this.#put(this.#parts.packer.packBytes(this.#scratch.take()));
  }

  /** Without a text made; undefined where that cannot be. A series that is gone from the head needs no record. */
  #packSeries(entries: readonly SeriesEntry[]): PackedRecord | undefined {
    const { packer, writeSeries } = this.#parts;
    if (writeSeries === undefined) return undefined;
    for (const bytes of seriesRecordBytes) {
      const { at: start, end } = packer.room(bytes);
      packer.setType(start, recordType.series);
      let at = start + 1;
      let behind = 0;
      for (const { ref } of entries) {
        behind = writeSeries(ref, at, end);
        if (behind < 0) break;
        if (behind > 0) at = behind;
      }
      if (behind >= 0) return packer.pack(start, at - start);
    }
    return undefined;
  }

  #put(packed: PackedRecord): StoredRecord | undefined {
    const { file, packer, keep } = this.#parts;
    file.frame(packed);
    return keep ? this.#kept.keep(packer.bytesOf(packed), packed.compression) : undefined;
  }

  /** No commit that was framed will have to be framed again. */
  forget(): void {
    this.#kept.clear();
  }

  /** A commit that was framed before, from what was kept of it. */
  frameAgain({ series, records }: FramedEntry): void {
    const { file, packer } = this.#parts;
    for (const stored of series === undefined ? records : [series, ...records]) {
      file.frame(packer.packStored(stored));
    }
  }
}
