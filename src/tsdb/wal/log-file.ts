import { assert, type Clock, type Disk, messageOf } from '../../base/index.js';
import { pageBytes, type StoredRecord } from './format.js';
import { FrameBuffer } from './frame-records.js';
import { SegmentWriter, trimDurably } from './segment-writer.js';
import type { WalEvents, WalStats } from './wal-stats.js';

/** One commit's records as they are to stand in the log. */
export interface FramedCommit {
  readonly series: StoredRecord | undefined;
  /** The series once more, for the next segment. */
  readonly copy: StoredRecord | undefined;
  readonly records: readonly StoredRecord[];
}

interface LogFileOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly directory: string;
  readonly firstSegment: number;
  readonly segmentBytes: number;
  /** False: neither directories nor records are synced, but for segments that end. */
  readonly durable: boolean;
  readonly carried?: readonly StoredRecord[];
  readonly stats: WalStats;
  readonly events?: WalEvents;
}

/**
 * The segments of a log as one place to append to: makes them, begins each with the series of the one before, gives
 * them up, and cuts abandoned ones back as soon as the disk allows. One call at a time.
 */
export class LogFile {
  readonly #options: LogFileOptions;
  readonly #frame = new FrameBuffer();
  #segment: SegmentWriter | undefined;
  #nextIndex: number;
  #directorySynced = true;
  /** Copies that the segment to come begins with. */
  #copies: StoredRecord[];
  /** Copies that stand in the current segment and are not known to be on stable storage. */
  #writtenCopies: StoredRecord[] = [];
  /** Copies of the series first recorded in the current segment. */
  #firstHere: StoredRecord[] = [];
  #commitsHere = 0;
  #abandoned: { path: string; sizeBytes: number }[] = [];

  constructor(options: LogFileOptions) {
    this.#options = options;
    this.#nextIndex = options.firstSegment;
    this.#copies = [...(options.carried ?? [])];
  }

  /** For messages: the segment, or the directory where there is none. */
  get path(): string {
    return this.#segment?.path ?? this.#options.directory;
  }

  get isBroken(): boolean {
    return this.#segment?.broken === true;
  }

  /** A segment stands ready, with the copies it begins with. */
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
    if (this.#copies.length > 0) {
      this.#frame.start(this.#segment.goodBytes);
      for (const copy of this.#copies) this.#frame.append(copy);
      await this.#append(this.#segment);
      this.#writtenCopies.push(...this.#copies);
      this.#copies = [];
    }
  }

  begin(): void {
    this.#frame.start(this.#segment?.goodBytes ?? 0);
  }

  /** Frames the commit if the segment has room for it, or holds none yet: a commit may be bigger than a segment. */
  fits(commit: FramedCommit): boolean {
    const offset = this.#segment?.goodBytes ?? 0;
    const before = this.#frame.length;
    this.frame(commit);
    if (offset + this.#frame.length <= this.#options.segmentBytes) return true;
    if (before === 0 && this.#commitsHere === 0) return true;
    this.#frame.cutBack(before);
    return false;
  }

  frame(commit: FramedCommit): void {
    if (commit.series !== undefined) this.#frame.append(commit.series);
    for (const record of commit.records) this.#frame.append(record);
  }

  /** Writes what was framed since `begin`, all or nothing. */
  async write(commits: readonly FramedCommit[]): Promise<void> {
    const segment = this.#segment;
    assert(segment !== undefined, 'a commit is written to no segment');
    await this.#append(segment);
    this.#commitsHere += commits.length;
    for (const { copy, series, records } of commits) {
      if (copy !== undefined) this.#firstHere.push(copy);
      this.#options.stats.recordsWritten += records.length + (series === undefined ? 0 : 1);
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
    stats.completedPages += Math.floor(end / pageBytes) - Math.floor((end - this.#frame.length) / pageBytes);
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
    this.#writtenCopies = [];
  }

  /** Ends a segment that is on stable storage. */
  async finish(): Promise<void> {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    this.#copies = this.#firstHere;
    this.#firstHere = [];
    await this.#closeQuietly(segment);
  }

  /** Gives the segment up; it will be cut back to what is good, or to what is known to be on stable storage. */
  async abandon(keep: 'good' | 'synced'): Promise<void> {
    const segment = this.#segment;
    if (segment === undefined) return;
    this.#segment = undefined;
    this.#options.stats.abandonedSegments++;
    this.#copies = [...this.#writtenCopies, ...this.#firstHere];
    this.#writtenCopies = [];
    this.#firstHere = [];
    const sizeBytes = keep === 'good' ? segment.goodBytes : segment.syncedBytes;
    this.#abandoned.push({ path: segment.path, sizeBytes });
    await this.#closeQuietly(segment);
  }

  /** Tries again each time, until it works. */
  async trimAbandoned(): Promise<void> {
    const waiting = this.#abandoned;
    if (waiting.length === 0) return;
    this.#abandoned = [];
    for (const target of waiting) {
      try {
        await trimDurably(this.#options.disk, target);
      } catch {
        this.#abandoned.push(target);
      }
    }
  }

  async close(): Promise<void> {
    await this.trimAbandoned();
    const segment = this.#segment;
    if (segment === undefined) return;
    await this.padPage();
    try {
      await this.sync();
    } catch (error) {
      this.#log('error', 'sync of the last WAL segment failed', error);
    }
    this.#segment = undefined;
    await this.#closeQuietly(segment);
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
