import { assert, ByteWriter, type Clock, type Disk, messageOf, type Timer } from '../../base/index.js';
import type { CommitKind } from '../../storage/index.js';
import { defaultSegmentBytes, type StoredRecord } from './format.js';
import { storeRecord, type WalCompression } from './frame-records.js';
import { type FramedCommit, LogFile } from './log-file.js';
import { encodeSeries, type SeriesEntry, seriesCopyOf } from './records/index.js';
import type { SeriesLedger } from './series-ledger.js';
import { walOverloadError, walWriteError } from './wal-errors.js';
import { emptyWalStats, type WalEvents, type WalStats } from './wal-stats.js';

/** When a commit may be told done: see docs/formats/wal.md. */
export type WalSync = 'commit' | 'interval' | 'none';

export interface WalWriterOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly directory: string;
  /** The index of the first segment to make: one above the last that exists. */
  readonly firstSegment: number;
  readonly ledger: SeriesLedger;
  /** Series copies that the first segment begins with. */
  readonly carried?: readonly StoredRecord[];
  readonly sync?: WalSync;
  readonly segmentBytes?: number;
  readonly compression?: WalCompression;
  readonly events?: WalEvents;
}

/** One commit's records. They stand in one segment, in this order, or nowhere. */
export interface LogRequest {
  readonly kind: CommitKind;
  /** Series that the records name and that the ledger did not know to be logged. */
  readonly series: readonly SeriesEntry[];
  readonly records: readonly Uint8Array[];
}

interface Waiting {
  readonly request: LogRequest;
  readonly sizeBytes: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

/** A commit as it stands in the log, kept until it is on stable storage. */
interface LogEntry extends FramedCommit {
  readonly seriesRefs: readonly number[];
  /** Whom to tell; undefined when they were told, or were refused. */
  waiting: Waiting | undefined;
}

const syncIntervalMs = 800;
const maxQueuedBytes = 256 * 1024 * 1024;

/**
 * Appends commits to the log, one write in flight:
 * 1. `log` queues; a loop takes all that is queued and frames it for the current segment.
 * 2. One write; those who only wait for it are told.
 * 3. One fsync for all who wait for it (group commit), or a timer for one within the second.
 * 4. After a failed fsync nothing since the last good one is trusted: all of it is written again to another segment,
 *    and whoever could not be served is refused, before the next turn.
 */
export class WalWriter {
  readonly stats: WalStats = emptyWalStats();
  readonly #options: WalWriterOptions;
  readonly #sync: WalSync;
  readonly #file: LogFile;
  #queue: Waiting[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | undefined;
  #timer: Timer | undefined;
  #syncDue = false;
  #closed = false;
  /** Written since the last fsync, oldest first; empty under `none`. */
  #unsynced: LogEntry[] = [];
  /** Told to be written, then lost to a failed fsync: goes out before anything else. */
  #rewrite: LogEntry[] = [];
  readonly #scratch = new ByteWriter(4096);

  constructor(options: WalWriterOptions) {
    this.#options = options;
    this.#sync = options.sync ?? 'commit';
    this.#file = new LogFile({
      ...options,
      segmentBytes: options.segmentBytes ?? defaultSegmentBytes,
      durable: this.#sync !== 'none',
      stats: this.stats,
    });
  }

  /** Makes the first segment, so that a log that cannot be written is found out at once. */
  async open(): Promise<void> {
    try {
      await this.#file.prepare();
    } catch (error) {
      throw walWriteError(this.#options.directory, error);
    }
  }

  /** Resolves when the commit is as durable as its kind asks; rejects with `UserError`, and then it is not in the log. */
  log(request: LogRequest): Promise<void> {
    assert(!this.#closed, 'the log is written after its end');
    let sizeBytes = 0;
    for (const record of request.records) sizeBytes += record.length;
    if (this.#queuedBytes > 0 && this.#queuedBytes + sizeBytes > maxQueuedBytes) {
      return Promise.reject(walOverloadError(this.#queuedBytes));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, sizeBytes, resolve, reject });
      this.#queuedBytes += sizeBytes;
      this.#kick();
    });
  }

  /** Writes and syncs what is left and ends the segment. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#timer?.cancel();
    this.#syncDue = this.#unsynced.length > 0;
    this.#kick();
    await this.#running;
    await this.#file.close();
  }

  #kick(): void {
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // Commits of the same turn of the event loop share a write.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0 || this.#syncDue) {
        const batch = this.#queue;
        this.#queue = [];
        this.#queuedBytes = 0;
        await this.#turn(batch);
      }
    } finally {
      this.#running = undefined;
    }
  }

  async #turn(batch: readonly Waiting[]): Promise<void> {
    await this.#file.trimAbandoned();
    const ready = await this.#writeAgain();
    if (ready !== undefined) {
      for (const waiting of batch) waiting.reject(ready);
      this.#syncDue = false;
      this.#syncSoon();
      return;
    }
    let at = 0;
    while (at < batch.length) at = await this.#writeGroup(batch, at);
    const asked = this.#unsynced.some(({ waiting }) => waiting !== undefined);
    if (asked || (this.#syncDue && this.#unsynced.length > 0)) await this.#syncNow();
    this.#syncDue = false;
    if (this.#unsynced.length > 0 || this.#rewrite.length > 0) this.#syncSoon();
  }

  /** Writes as many commits as fit into the segment; returns the index of the first one left over. */
  async #writeGroup(batch: readonly Waiting[], start: number): Promise<number> {
    const file = this.#file;
    const group: LogEntry[] = [];
    const refs = new Set<number>();
    let at = start;
    try {
      await file.prepare();
      file.begin();
      for (; at < batch.length; at++) {
        const entry = this.#entryOf(batch[at] as Waiting, refs);
        if (!file.fits(entry)) break;
        group.push(entry);
        for (const ref of entry.seriesRefs) refs.add(ref);
      }
      if (group.length === 0) {
        await this.#cutSegment();
        return at;
      }
      await file.write(group);
      this.#written(group);
      return at;
    } catch (error) {
      const refused = group.length > 0 ? group.map(({ waiting }) => waiting) : batch.slice(start, start + 1);
      const reason = walWriteError(file.path, error);
      await this.#afterFailedWrite();
      for (const waiting of refused) waiting?.reject(reason);
      return start + refused.length;
    }
  }

  #entryOf(waiting: Waiting, refsBefore: ReadonlySet<number>): LogEntry {
    const { ledger, compression = 'snappy' } = this.#options;
    const { request } = waiting;
    const entries = request.series.filter(
      ({ ref }) => ledger.unlogged(ref) !== undefined && !refsBefore.has(ref),
    );
    let series: StoredRecord | undefined;
    let copy: StoredRecord | undefined;
    if (entries.length > 0) {
      this.#scratch.reset();
      encodeSeries(this.#scratch, entries);
      const record = this.#scratch.take();
      series = storeRecord(record, compression);
      copy = storeRecord(seriesCopyOf(record), compression);
    }
    const records = request.records.map((record) => {
      const stored = storeRecord(record, compression);
      this.stats.compressionSavedBytes += record.length - stored.stored.length;
      return stored;
    });
    return { series, copy, seriesRefs: entries.map(({ ref }) => ref), records, waiting };
  }

  #written(group: readonly LogEntry[]): void {
    for (const entry of group) {
      this.#options.ledger.markLogged(entry.seriesRefs);
      const { waiting } = entry;
      const waitsForSync = this.#sync === 'commit' && waiting?.request.kind === 'acknowledged';
      if (!waitsForSync) {
        waiting?.resolve();
        entry.waiting = undefined;
      }
      if (this.#sync !== 'none') this.#unsynced.push(entry);
    }
  }

  /** What was cut back must be gone for good before those whose it was are refused. */
  async #afterFailedWrite(): Promise<void> {
    if (this.#sync !== 'none') await this.#syncNow();
    if (this.#file.isBroken) await this.#file.abandon('good');
    await this.#file.trimAbandoned();
  }

  /** A full segment ends on stable storage. */
  async #cutSegment(): Promise<void> {
    await this.#file.padPage();
    const whole = await this.#syncNow();
    if (!whole) return;
    if (this.#file.isBroken) await this.#file.abandon('good');
    else await this.#file.finish();
  }

  #syncSoon(): void {
    if (this.#closed) return;
    this.#timer ??= this.#options.clock.after(
      syncIntervalMs,
      () => {
        this.#timer = undefined;
        this.#syncDue = true;
        this.#kick();
      },
      { unref: true },
    );
  }

  /** False when the segment had to be given up; then `#rewrite` holds what must be written again. */
  async #syncNow(): Promise<boolean> {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#syncDue = false;
    const entries = this.#unsynced;
    try {
      await this.#file.sync();
    } catch (error) {
      await this.#recover(error);
      return false;
    }
    this.#unsynced = [];
    for (const entry of entries) tell(entry);
    return true;
  }

  /** One try to write again, elsewhere; after that, whoever still waits is refused. */
  async #recover(error: unknown): Promise<void> {
    const { path } = this.#file;
    this.#options.events?.log('error', 'fsync of the WAL failed, going on in another segment', {
      segment: path,
      err: messageOf(error),
    });
    this.#rewrite.push(...this.#unsynced);
    this.#unsynced = [];
    await this.#file.abandon('synced');
    const failure = await this.#writeAgain();
    await this.#file.trimAbandoned();
    if (failure === undefined) return;
    const reason = walWriteError(path, error);
    this.#rewrite = this.#rewrite.flatMap((entry) => {
      const { waiting } = entry;
      if (waiting === undefined) return [entry];
      waiting.reject(reason);
      // Later commits rely on the series record, which says nothing by itself.
      if (entry.series === undefined) return [];
      return [{ ...entry, records: [], waiting: undefined }];
    });
  }

  /** Puts `#rewrite` into a segment and on stable storage; answers why that failed. */
  async #writeAgain(): Promise<unknown> {
    if (this.#rewrite.length === 0) return undefined;
    const file = this.#file;
    try {
      await file.prepare();
      file.begin();
      for (const entry of this.#rewrite) file.frame(entry);
      await file.write(this.#rewrite);
    } catch (error) {
      return walWriteError(file.path, error);
    }
    try {
      await file.sync();
    } catch (error) {
      const reason = walWriteError(file.path, error);
      await file.abandon('synced');
      return reason;
    }
    for (const entry of this.#rewrite) tell(entry);
    this.#rewrite = [];
    return undefined;
  }
}

function tell(entry: LogEntry): void {
  entry.waiting?.resolve();
  entry.waiting = undefined;
}
