import { assert, type Clock, type Disk, messageOf } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import { type LogPlace, pageBytes } from './format.js';
import { KernelFrames } from './kernel-frames.js';
import type { PackedRecord } from './record-packer.js';
import { SegmentWriter, trimDurably } from './segment-writer.js';
import type { SeriesCopies } from './series-copies.js';
import type { WalEvents, WalStats } from './wal-stats.js';

/** What `write` needs to know of a commit that was framed. */
export interface FramedCommit {
  /** Series that it records for the first time. */
  readonly seriesRefs: readonly number[];
  readonly recordCount: number;
}

type FrameMark = ReturnType<KernelFrames['mark']>;

interface LogFileOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly directory: string;
  readonly firstSegment: number;
  readonly segmentBytes: number;
  /** False: neither directories nor records are synced, but for segments that end. */
  readonly durable: boolean;
  readonly kernels: Kernels;
  readonly copies: SeriesCopies;
  readonly stats: WalStats;
  readonly events?: WalEvents;
}

/**
 * The segments of a log as one place to append to: makes them, writes to each the series of the one before, gives
 * them up, and cuts abandoned ones back as soon as the disk allows. One call at a time.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  readonly #frame: KernelFrames;
  #segment: SegmentWriter | undefined;
  #nextIndex: number;
  #directorySynced = true;
  #commitsHere = 0;
  #abandoned: { path: string; sizeBytes: number }[] = [];

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.#nextIndex = options.firstSegment;
    this.#frame = new KernelFrames(options.kernels);
  }

  /** For messages: the segment, or the directory where there is none. */
  get path(): string {
    return this.#segment?.path ?? this.#options.directory;
  }

  get isBroken(): boolean {
    return this.#segment?.broken === true;
  }

  /** Nothing stands in the segment yet. */
  get isEmpty(): boolean {
    return this.#segment === undefined || this.#segment.goodBytes === 0;
  }

  /** A segment stands ready. */
  async prepare(): Promise<void> {
    const { disk, directory, durable, stats } = this.#options;
    if (this.#segment === undefined) {
      this.#segment = await SegmentWriter.create(disk, directory, this.#nextIndex);
      stats.currentSegment = this.#nextIndex;
      this.#nextIndex++;
      this.#commitsHere = 0;
      this.#directorySynced = false;
    }
    if (durable && !this.#directorySynced) await disk.syncDirectory(directory);
    this.#directorySynced = true;
  }

  /** Behind what was framed since `begin`, once it is written. */
  get place(): LogPlace {
    const goodBytes = this.#segment?.goodBytes ?? 0;
    return { segment: this.#nextIndex - 1, endByte: goodBytes + this.#frame.length };
  }

  /** A slice of the copies that the segment owes: a few milliseconds. False when it owes none. */
  async writeSomeCopies(): Promise<boolean> {
    const { copies } = this.#options;
    const segment = this.#segment;
    if (segment === undefined || copies.owed === 0) return false;
    const slice = copies.take();
    if (slice.record !== undefined) {
      this.#frame.start(segment.goodBytes);
      this.#frame.append(slice.record);
      await this.#append(segment);
    }
    copies.written(slice.count);
    return copies.owed > 0;
  }

  begin(): void {
    this.#frame.start(this.#segment?.goodBytes ?? 0);
  }

  get framedBytes(): number {
    return this.#frame.length;
  }

  frame(record: PackedRecord): void {
    this.#frame.append(record);
  }

  mark(): FrameMark {
    return this.#frame.mark();
  }

  /**
   * Whether the commit framed since the mark has room in the segment, or the segment holds none yet: a commit may be
   * bigger than a segment. Takes it back where not.
   */
  fits(mark: FrameMark): boolean {
    const offset = this.#segment?.goodBytes ?? 0;
    if (offset + this.#frame.length <= this.#options.segmentBytes) return true;
    if (mark.length === 0 && this.#commitsHere === 0) return true;
    this.#frame.cutBack(mark);
    return false;
  }

  /** Writes what was framed since `begin`, all or nothing. */
  async write(commits: readonly FramedCommit[]): Promise<void> {
    const segment = this.#segment;
    assert(segment !== undefined, 'a commit is written to no segment');
    await this.#append(segment);
    this.#commitsHere += commits.length;
    for (const { seriesRefs, recordCount } of commits) {
      this.#options.copies.addFirst(seriesRefs);
      this.#options.stats.recordsWritten += recordCount;
    }
  }

  async #append(segment: SegmentWriter): Promise<void> {
    const { stats } = this.#options;
    stats.writes++;
    try {
      await segment.append(this.#frame.bytes);
    } catch (error) {
      stats.writesFailed++;
      throw error;
    }
    const end = segment.goodBytes;
    stats.bytesWritten += this.#frame.length;
    stats.recordParts += this.#frame.fragments;
    const begin = end - this.#frame.length;
    stats.completedPages += Math.floor(end / pageBytes) - Math.floor(begin / pageBytes);
    stats.pageFlushes += Math.ceil(end / pageBytes) - Math.floor(begin / pageBytes);
  }

  /** Zeros to the end of the page; where the disk refuses, readers take the end of the file for it. */
  async padPage(): Promise<void> {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.begin();
    this.#frame.padPage();
    if (this.#frame.length === 0) return;
    try {
      await segment.append(this.#frame.bytes);
      this.#options.stats.completedPages++;
    } catch (error) {
      this.#log('warn', 'the last page of a WAL segment could not be padded', error);
    }
  }

  /** Rejects with the system's error. */
  async sync(): Promise<void> {
    const segment = this.#segment;
    if (segment === undefined) return;
    const { clock, stats, events } = this.#options;
    const startMs = clock.monotonicMs();
    try {
      await segment.sync();
    } catch (error) {
      stats.fsyncFailures++;
      throw error;
    }
    const seconds = (clock.monotonicMs() - startMs) / 1000;
    stats.fsyncs++;
    stats.fsyncSeconds += seconds;
    events?.fsynced?.(seconds);
    this.#options.copies.synced();
  }

  /** Ends a segment that is on stable storage. */
  async finish(): Promise<void> {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    this.#options.copies.nextSegment();
    await this.#closeQuietly(segment);
  }

  /** Gives the segment up; it will be cut back to what is good, or to what is known to be on stable storage. */
  async abandon(keep: 'good' | 'synced'): Promise<void> {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    this.#options.stats.abandonedSegments++;
    this.#options.copies.segmentLost();
    const sizeBytes = keep === 'good' ? segment.goodBytes : segment.syncedBytes;
    this.#abandoned.push({ path: segment.path, sizeBytes });
    await this.#closeQuietly(segment);
  }

  /** Tries again each time, until it works; answers why it did not. */
  async trimAbandoned(): Promise<unknown> {
    const waiting = this.#abandoned;
    if (waiting.length === 0) return undefined;
    this.#abandoned = [];
    let failure: unknown;
    for (const target of waiting) {
      try {
        await trimDurably(this.#options.disk, target);
      } catch (error) {
        failure = error;
        this.#abandoned.push(target);
      }
    }
    return failure;
  }

  /** Answers where the log ends, undefined where that is not sure. */
  async close(): Promise<LogPlace | undefined> {
    await this.trimAbandoned();
    const end = await this.#closeSegment();
    this.#frame.release();
    return this.#abandoned.length > 0 ? undefined : end;
  }

  async #closeSegment(): Promise<LogPlace | undefined> {
    const segment = this.#segment;
    if (segment === undefined) return undefined;
    await this.padPage();
    let isSynced = true;
    try {
      await this.sync();
    } catch (error) {
      isSynced = false;
      this.#log('error', 'sync of the last WAL segment failed', error);
    }
    this.#segment = undefined;
    await this.#closeQuietly(segment);
    return isSynced ? { segment: this.#nextIndex - 1, endByte: segment.goodBytes } : undefined;
  }

  async #closeQuietly(segment: SegmentWriter): Promise<void> {
    try {
      await segment.close();
    } catch (error) {
      this.#log('error', 'close of a WAL segment failed', error);
    }
  }

  #log(level: 'warn' | 'error', message: string, error: unknown): void {
    this.#options.events?.log(level, message, { segment: this.path, err: messageOf(error) });
  }
}
