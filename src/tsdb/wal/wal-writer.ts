import { assert, messageOf, type Timer } from '../../base/index.js';
import { CommitFramer, type FramedEntry, type LogRequest } from './commit-framer.js';
import { defaultSegmentBytes, type LogPlace } from './format.js';
import { LogFile } from './log-file.js';
import { RecordPacker } from './record-packer.js';
import { RefSet } from './ref-set.js';
import { SeriesCopies } from './series-copies.js';
import { walOverloadError, walWriteError } from './wal-errors.js';
import type { WalSync, WalWriterOptions } from './wal-options.js';
import { emptyWalStats, type WalStats } from './wal-stats.js';

interface Waiting {
  readonly request: LogRequest;
  /** Nothing that came later may stand in front of it: refused, it is tried again before they are. */
  readonly isOwed: boolean;
  readonly resolve: (place: LogPlace) => void;
  readonly reject: (error: unknown) => void;
}

/** A commit in the log, kept until it is on stable storage. */
interface LogEntry extends FramedEntry {
  /** Whom to tell; undefined when they were told, or were refused. */
  waiting: Waiting | undefined;
  place: LogPlace;
}

interface Cut {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}

const syncIntervalMs = 800;
const maxQueuedBytes = 256 * 1024 * 1024;
/** What goes out in one write, unless one commit is bigger. */
const maxGroupBytes = 8 * 1024 * 1024;
/** A row until it is written: its columns, and the record made of it. */
const queuedRowBytes = 48;

/**
 * Appends commits to the log, one write in flight:
 * 1. `log` queues; a loop takes all that is queued and frames it for the current segment.
 * 2. One write; those who only wait for it are told.
 * 3. One fsync for all who wait for it (group commit), or a timer for one within the second.
 * 4. After a failed fsync nothing since the last good one is trusted: all of it is written again to another segment,
 *    and whoever could not be served is refused, before the next turn.
 */
export class WalWriter {
  readonly stats: WalStats;
  readonly #options: WalWriterOptions;
  readonly #sync: WalSync;
  readonly #file: LogFile;
  #queue: Waiting[] = [];
  /** Were refused and nobody came behind them. */
  #owed: Waiting[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | undefined;
  #timer: Timer | undefined;
  #gathering: Timer | undefined;
  #syncDue = false;
  #cuts: Cut[] = [];
  /** Copies could not be written: they wait for the next commit. */
  #copiesWait = false;
  #closed = false;
  /** Written since the last fsync, oldest first; empty under `none`. */
  #unsynced: LogEntry[] = [];
  /** Told to be written, then lost to a failed fsync: goes out before anything else. */
  #rewrite: LogEntry[] = [];
  readonly #packer: RecordPacker;
  readonly #framer: CommitFramer;
  readonly #copies: SeriesCopies;

  constructor(options: WalWriterOptions) {
    this.#options = options;
    this.#sync = options.sync ?? 'commit';
    const { kernels, ledger, carried, compression = 'snappy' } = options;
    this.stats = emptyWalStats(compression);
    this.#packer = new RecordPacker(kernels, compression);
    this.#copies = new SeriesCopies({
      packer: this.#packer,
      labelsOf: (ref) => options.seriesLabels(ref),
      writeSeries: options.writeSeries?.bind(options),
      carried,
    });
    this.#file = new LogFile({
      disk: options.disk,
      clock: options.clock,
      directory: options.directory,
      firstSegment: options.firstSegment,
      kernels,
      copies: this.#copies,
      segmentBytes: options.segmentBytes ?? defaultSegmentBytes,
      durable: this.#sync !== 'none',
      stats: this.stats,
      ...(options.events === undefined ? {} : { events: options.events }),
    });
    this.#framer = new CommitFramer({
      packer: this.#packer,
      file: this.#file,
      ledger,
      stats: this.stats,
      clock: options.clock,
      keep: this.#sync !== 'none',
      writeSeries: options.writeSeries?.bind(options),
    });
  }

  /** Makes the first segment, so that a log that cannot be written is found out at once. */
  async open(): Promise<void> {
    try {
      await this.#file.prepare();
      await this.#writeAllCopies();
    } catch (error) {
      throw walWriteError(this.#options.directory, error);
    }
  }

  /**
   * Resolves, with the place behind it, when the commit is as durable as its kind asks; rejects with `UserError`, and
   * then it is not in the log.
   */
  log(request: LogRequest): Promise<LogPlace> {
    assert(!this.#closed, 'the log is written after its end');
    let sizeBytes = 0;
    for (const record of request.records) {
      sizeBytes += record instanceof Uint8Array ? record.length : record.length * queuedRowBytes;
    }
    if (this.#queuedBytes > 0 && this.#queuedBytes + sizeBytes > maxQueuedBytes) {
      return Promise.reject(walOverloadError(this.#queuedBytes));
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({ request, isOwed: false, resolve, reject });
      this.#queuedBytes += sizeBytes;
      this.#copiesWait = false;
      if (request.mayWait === true && this.#queuedBytes < maxGroupBytes) this.#kickSoon();
      else this.#kick();
    });
  }

  /** Puts records in front of whatever is logged from here on: what fails is tried again before that. */
  owe(records: readonly Uint8Array[]): void {
    assert(!this.#closed, 'the log is written after its end');
    const nobody = (): void => undefined;
    const request: LogRequest = { kind: 'scraped', series: [], records };
    this.#queue.push({ request, isOwed: true, resolve: nobody, reject: nobody });
    this.#kick();
  }

  /** A write costs a hop to another thread: scrapes that end at about the same time share one. */
  #kickSoon(): void {
    const { gatherMs = 0, clock } = this.#options;
    if (gatherMs === 0) this.#kick();
    else if (this.#running === undefined) this.#gathering ??= clock.after(gatherMs, () => this.#kick());
  }

  /** Ends the segment, on stable storage, and begins the next; an empty one stays. Rejects with `UserError`. */
  nextSegment(): Promise<void> {
    assert(!this.#closed, 'the log is written after its end');
    return new Promise((resolve, reject) => {
      this.#cuts.push({ resolve, reject });
      this.#kick();
    });
  }

  /** Says series once more, between commits: they stood in segments that a checkpoint takes the place of. */
  copySeries(refs: ArrayLike<number>): void {
    if (this.#closed) return;
    this.#copies.owe(refs);
    this.#copiesWait = false;
    this.#kick();
  }

  /**
   * Writes and syncs what is left and ends the segment. Answers where the log ends; undefined where something of it is
   * not on stable storage, or is there and should not be.
   */
  async close(): Promise<LogPlace | undefined> {
    if (this.#closed) return undefined;
    this.#closed = true;
    this.#timer?.cancel();
    this.#syncDue = this.#unsynced.length + this.#rewrite.length + this.#owed.length > 0;
    this.#kick();
    await this.#running;
    const end = await this.#file.close();
    this.#packer.release();
    return this.#unsynced.length + this.#rewrite.length + this.#owed.length > 0 ? undefined : end;
  }

  #kick(): void {
    this.#gathering?.cancel();
    this.#gathering = undefined;
    this.#running ??= this.#run();
  }

  async #run(): Promise<void> {
    // Commits of the same turn of the event loop share a write.
    await Promise.resolve();
    try {
      while (this.#queue.length > 0 || this.#syncDue || this.#cuts.length > 0 || this.#mustCopy) {
        const batch = [...this.#owed, ...this.#queue];
        this.#owed = [];
        this.#queue = [];
        this.#queuedBytes = 0;
        await this.#turn(batch);
      }
    } finally {
      this.#running = undefined;
    }
  }

  get #mustCopy(): boolean {
    return this.#copies.owed > 0 && !this.#copiesWait;
  }

  async #turn(batch: Waiting[]): Promise<void> {
    this.#packer.trim();
    const ready = (await this.#trim()) ?? (await this.#writeAgain());
    if (ready !== undefined) {
      this.#owed = batch.filter(({ isOwed }) => isOwed);
      for (const { reject } of [...batch, ...this.#cuts.splice(0)]) reject(ready);
      this.#copiesWait = true;
      this.#syncDue = false;
      this.#syncSoon();
      return;
    }
    let at = 0;
    while (at < batch.length) at = await this.#writeGroup(batch, at);
    if (batch.length === 0 && this.#mustCopy) await this.#writeCopies();
    if (this.#cuts.length > 0) await this.#cutAsAsked();
    const asked = this.#unsynced.some(({ waiting }) => waiting !== undefined);
    if (asked || (this.#syncDue && this.#unsynced.length > 0)) await this.#syncNow();
    this.#syncDue = false;
    if (this.#unsynced.length + this.#rewrite.length + this.#owed.length > 0) this.#syncSoon();
  }

  /**
   * What is cut off may come back with a power loss until that is on stable storage, and then stands in front of what was
   * told after it: newer samples of the same series would have those passed over. Answers why nothing may follow yet.
   */
  async #trim(): Promise<unknown> {
    const error = await this.#file.trimAbandoned();
    if (error === undefined || this.#sync === 'none') return undefined;
    return walWriteError(this.#file.path, error);
  }

  /** Writes as many commits as fit into the segment; returns the index of the first one left over. */
  async #writeGroup(batch: Waiting[], start: number): Promise<number> {
    const file = this.#file;
    const group: LogEntry[] = [];
    const refs = new RefSet();
    let at = start;
    try {
      await file.prepare();
      await file.writeSomeCopies();
      file.begin();
      for (; at < batch.length && file.framedBytes < maxGroupBytes; at++) {
        const waiting = batch[at] as Waiting;
        const mark = file.mark();
        const framed = await this.#framer.frame(waiting.request, refs);
        if (!file.fits(mark)) break;
        group.push({ ...framed, waiting: waiting.isOwed ? undefined : waiting, place: file.place });
        for (const ref of framed.seriesRefs) refs.add(ref);
      }
      if (group.length === 0) {
        await this.#cutSegment();
        return at;
      }
      await file.write(group);
      this.#written(group);
      return at;
    } catch (error) {
      const reason = walWriteError(file.path, error);
      await this.#afterFailedWrite();
      return this.#refuse(batch, { start, end: start + Math.max(1, group.length), reason });
    }
  }

  /** Answers where those begin that may still be written: behind what is owed. */
  #refuse(batch: Waiting[], { start, end, reason }: { start: number; end: number; reason: unknown }): number {
    let to = end;
    // What is owed stands alone: whoever comes next can not pass it either.
    while (to < batch.length && batch.slice(start, to).every(({ isOwed }) => isOwed)) to++;
    const refused = batch.slice(start, to);
    for (const { reject } of refused) reject(reason);
    const owed = refused.filter(({ isOwed }) => isOwed);
    if (to === batch.length) this.#owed.push(...owed);
    else batch.splice(to, 0, ...owed);
    return to;
  }

  /** Between commits; what fails is tried again with the next one. */
  async #writeCopies(): Promise<void> {
    try {
      await this.#file.prepare();
      await this.#file.writeSomeCopies();
      if (this.#sync !== 'none') this.#syncSoon();
    } catch (error) {
      const { path } = this.#file;
      this.#options.events?.log('warn', 'copies of series could not be written to the WAL', {
        segment: path,
        err: messageOf(error),
      });
      await this.#afterFailedWrite();
    }
  }

  async #writeAllCopies(): Promise<void> {
    while (await this.#file.writeSomeCopies());
  }

  async #cutAsAsked(): Promise<void> {
    const cuts = this.#cuts;
    this.#cuts = [];
    try {
      if (!this.#file.isEmpty) await this.#cutSegment();
      await this.#file.prepare();
      for (const { resolve } of cuts) resolve();
    } catch (error) {
      const reason = walWriteError(this.#file.path, error);
      await this.#afterFailedWrite();
      for (const { reject } of cuts) reject(reason);
    }
  }

  #written(group: readonly LogEntry[]): void {
    for (const entry of group) {
      this.#options.ledger.markLogged(entry.seriesRefs);
      const { waiting } = entry;
      if (!this.#waitsForSync(waiting?.request)) {
        waiting?.resolve(entry.place);
        entry.waiting = undefined;
      }
      if (this.#sync !== 'none') this.#unsynced.push(entry);
    }
  }

  #waitsForSync(request: LogRequest | undefined): boolean {
    if (this.#sync === 'none') return false;
    return request?.syncs === true || (this.#sync === 'commit' && request?.kind === 'acknowledged');
  }

  /** What was cut back must be gone for good before those whose it was are refused. */
  async #afterFailedWrite(): Promise<void> {
    // Else a turn would follow a turn for them for as long as what is owed cannot be written.
    this.#copiesWait = true;
    if (this.#sync !== 'none') await this.#syncNow();
    if (this.#file.isBroken) await this.#file.abandon('good');
    await this.#file.trimAbandoned();
  }

  /** A full segment ends on stable storage. */
  async #cutSegment(): Promise<void> {
    await this.#writeAllCopies();
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
    if (this.#rewrite.length === 0) this.#framer.forget();
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
      return [{ ...entry, records: [], recordCount: 1, waiting: undefined }];
    });
  }

  /** Puts `#rewrite` into a segment and on stable storage; answers why that failed. */
  async #writeAgain(): Promise<unknown> {
    if (this.#rewrite.length === 0) return undefined;
    const file = this.#file;
    try {
      await file.prepare();
      file.begin();
      for (const entry of this.#rewrite) {
        this.#framer.frameAgain(entry);
        entry.place = file.place;
      }
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
  entry.waiting?.resolve(entry.place);
  entry.waiting = undefined;
}
