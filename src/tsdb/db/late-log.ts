import * as path from 'node:path';
import { ByteWriter, type Clock, type Disk, messageOf, type Timer } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { LateRows } from '../head/index.js';
import {
  encodeLatePlace,
  type LogPlace,
  listSegments,
  SeriesLedger,
  type WalCompression,
  type WalEvents,
  type WalSync,
  WalWriter,
} from '../wal/index.js';
import { floatRecord, histogramRecords, partOf } from './commit-records.js';
import type { LateLogStats } from './database-stats.js';

/**
 * The directory of the log must be there, for good, before the first late sample: where it is missing and none are taken any
 * more, a start takes none from the first log. Rejects with the system's error.
 */
export async function makeLateLog(disk: Disk, dataDirectory: string, sync: WalSync): Promise<void> {
  await disk.makeDirectory(path.join(dataDirectory, 'wbl'));
  if (sync !== 'none') await disk.syncDirectory(dataDirectory);
}

const rowsInRecord = 16_384;
const retryMs = 5000;

export interface LateLogParts {
  readonly disk: Disk;
  readonly clock: Clock;
  /** `wbl`. */
  readonly directory: string;
  /** Of the head. */
  readonly kernels: Kernels;
  readonly sync: WalSync;
  readonly compression: WalCompression | undefined;
  readonly segmentBytes: number | undefined;
  /** Records with start timestamps, which older versions of Prometheus skip. */
  readonly startTimestamps: boolean;
  /** Where segments are to be made, and those before this one hold nothing that is not in blocks. */
  readonly nextSegment: number;
  readonly firstSegment: number;
  /** How far into the first log it has come. */
  readonly place: LogPlace;
  readonly events: WalEvents;
  readonly stats: LateLogStats;
}

/** Rows behind which the first log has come so far; or the end of a segment. */
interface Work {
  readonly rows?: LateRows;
  readonly place?: LogPlace;
  readonly firstSegment?: number;
  /** Ends the segment and is told the next one. */
  readonly begun?: (segment: number) => void;
  /** Is told when all up to here is on stable storage. */
  readonly synced?: () => void;
  readonly failed?: (error: unknown) => void;
}

/**
 * Writes the log of out-of-order samples (WBL). Nobody waits for it: the first log has the samples too, until it is cut,
 * and each record says how far into it this one has come. What the disk refuses is kept and tried again.
 */
export class LateLog {
  readonly #parts: LateLogParts;
  #writer: WalWriter | undefined;
  #work: Work[] = [];
  #place: LogPlace;
  #firstSegment: number;
  #running: Promise<void> | undefined;
  #retry: Timer | undefined;
  #isClosed = false;

  constructor(parts: LateLogParts) {
    this.#parts = parts;
    this.#firstSegment = parts.firstSegment;
    this.#place = parts.place;
  }

  /** Samples that were shown late, of a commit or more that end at `place` in the first log. */
  add(rows: LateRows, place: LogPlace): void {
    this.#work.push({ rows, place });
    if (this.#retry === undefined) this.#kick();
  }

  /**
   * Resolves when what was added is on stable storage, and that it reaches to `place`; rejects when it could not be
   * brought there: it is tried again later.
   */
  settled(place?: LogPlace): Promise<void> {
    const isNeeded = place !== undefined && this.#parts.nextSegment > 0;
    if (!isNeeded && this.#work.length === 0 && this.#writer === undefined) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#work.push({ synced: resolve, failed: reject, ...(place === undefined ? {} : { place }) });
      this.#kick();
    });
  }

  /** What was added reaches to `place`. Answers the segment that what is added from here on goes to. */
  beginSegment(place: LogPlace): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#work.push({ place, begun: resolve, failed: reject });
      this.#kick();
    });
  }

  /** What stands before a segment is in blocks. Once that is on stable storage the files go, now or with the next call. */
  async dropBefore(segment: number): Promise<void> {
    this.#firstSegment = segment;
    await this.settled();
    const { disk, directory, events, stats } = this.#parts;
    stats.truncations++;
    try {
      for (const { index, path } of await listSegments(disk, directory))
        if (index < segment) await disk.remove(path);
    } catch (error) {
      stats.truncationsFailed++;
      events.log('error', 'Old WBL segments could not be removed', { err: messageOf(error) });
    }
  }

  #kick(): void {
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
      // Whoever came while the last try failed is not told by it.
      const isAsked = this.#work.some(({ failed }) => failed !== undefined);
      if (isAsked || (this.#work.length > 0 && this.#retry === undefined && !this.#isClosed)) this.#kick();
    });
  }

  async #run(): Promise<void> {
    // Commits of the same turn of the event loop share a write.
    await Promise.resolve();
    while (this.#work.length > 0) {
      const count = this.#groupLength();
      const group = this.#work.slice(0, count);
      try {
        await this.#write(group);
      } catch (error) {
        this.#failed(error);
        return;
      }
      this.#work.splice(0, count);
    }
  }

  /** Rows up to whatever somebody waits for. */
  #groupLength(): number {
    const asked = this.#work.findIndex(({ failed }) => failed !== undefined);
    return asked < 0 ? this.#work.length : asked + 1;
  }

  async #write(group: readonly Work[]): Promise<void> {
    const writer = await this.#open();
    const asked = group.at(-1);
    const place = group.findLast((work) => work.place !== undefined)?.place ?? this.#place;
    // The place before comes first: a log of which no more than its beginning was saved is still known for tsprom's.
    const records = [this.#placeRecord(this.#place)];
    for (const { rows } of group) if (rows !== undefined) records.push(...this.#records(rows));
    records.push(this.#placeRecord(place));
    const kind = asked?.synced === undefined ? 'scraped' : 'acknowledged';
    await writer.log({ kind, series: [], records });
    this.#place = place;
    asked?.synced?.();
    if (asked?.begun === undefined) return;
    // Where a sync failed, what was written before stands in the next segment: one that stays is empty.
    for (let before = -1; before !== writer.stats.currentSegment; ) {
      before = writer.stats.currentSegment;
      await writer.nextSegment();
    }
    asked.begun(writer.stats.currentSegment);
  }

  async #open(): Promise<WalWriter> {
    if (this.#writer !== undefined) return this.#writer;
    const { disk, clock, directory, kernels, sync, compression, segmentBytes, nextSegment, events } =
      this.#parts;
    await disk.makeDirectory(directory);
    const writer = new WalWriter({
      disk,
      clock,
      directory,
      firstSegment: nextSegment,
      ledger: new SeriesLedger(),
      kernels,
      seriesLabels: () => undefined,
      // `settled` asks for what is to be on stable storage.
      sync: sync === 'none' ? 'none' : 'commit',
      ...(compression === undefined ? {} : { compression }),
      ...(segmentBytes === undefined ? {} : { segmentBytes }),
      events,
    });
    await writer.open();
    this.#parts.stats.wal = writer.stats;
    this.#writer = writer;
    return writer;
  }

  #records({ floats, histograms }: LateRows): Uint8Array[] {
    const { startTimestamps } = this.#parts;
    const scratch = new ByteWriter(64);
    const records: Uint8Array[] = [];
    for (let from = 0; from < floats.length; from += rowsInRecord) {
      const part = partOf(floats, from, Math.min(floats.length, from + rowsInRecord));
      records.push(floatRecord(part, { scratch, startTimestamps }));
    }
    return [...records, ...histogramRecords(histograms, { scratch, startTimestamps })];
  }

  #placeRecord(place: LogPlace): Uint8Array {
    const scratch = new ByteWriter(32);
    encodeLatePlace(scratch, { place, firstSegment: this.#firstSegment });
    return scratch.take();
  }

  #failed(error: unknown): void {
    const { clock, events, directory } = this.#parts;
    const waiting = this.#work.filter(({ failed }) => failed !== undefined);
    this.#work = this.#work.filter(({ failed }) => failed === undefined);
    for (const { failed } of waiting) failed?.(error);
    events.log('error', 'Out-of-order samples could not be written to the WBL, the WAL has them', {
      directory,
      err: messageOf(error),
    });
    if (this.#isClosed) return;
    const again = (): void => {
      this.#retry = undefined;
      if (this.#work.length > 0) this.#kick();
    };
    this.#retry ??= clock.after(retryMs, again, { unref: true });
  }

  /** Writes what is left, if the disk lets it. */
  async close(): Promise<void> {
    this.#retry?.cancel();
    await this.settled().catch(() => undefined);
    this.#isClosed = true;
    await this.#running;
    await this.#writer?.close();
  }
}
