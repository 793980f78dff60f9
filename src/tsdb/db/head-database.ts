import * as path from 'node:path';
import { type Disk, directorySizeBytes, messageOf, systemRandom } from '../../base/index.js';
import { Kernels, reserveMemory } from '../../kernels/index.js';
import type { Matcher, Metadata } from '../../model/index.js';
import type {
  Appender,
  CardinalityStats,
  FloatEncoding,
  Querier,
  SeriesRef,
  TimeWindow,
} from '../../storage/index.js';
import type { Head, HeadCensus } from '../head/index.js';
import type { DirectoryLock } from '../lock/index.js';
import type { LogPlace, SeriesLedger, WalEvents, WalWriter } from '../wal/index.js';
import { BlockCompactor, compactionRules, usualReloadMs } from './block-compactor.js';
import { BlockUpkeep } from './block-upkeep.js';
import type { ChunkSpool } from './chunk-spool.js';
import {
  type Database,
  type DatabaseFigures,
  type DatabaseOptions,
  type DatabaseSettings,
  defaultBlockDurationMs,
} from './contracts.js';
import type { DatabaseReader, DatabaseView } from './database-reader.js';
import type { DatabaseStats } from './database-stats.js';
import { type DeleteRequest, deleteSamples } from './delete-samples.js';
import { HeadCutter } from './head-cutter.js';
import type { HeadDeletions } from './head-deletions.js';
import { LateCompactor, stepsOf } from './late-compactor.js';
import { type LateLog, makeLateLog } from './late-log.js';
import { LogTruncation } from './log-truncation.js';
import { LogTurns } from './log-turns.js';
import { LoggingAppender, type LoggingAppenderParts } from './logging-appender.js';
import { type Maintenance, type MaintenanceJob, maintenanceHere } from './maintenance.js';
import { Presence } from './presence.js';
import { Publications } from './publications.js';
import { PublishedView, type ViewListener } from './published-view.js';
import { keepForEver, type Retention } from './retention.js';
import { snapshotDatabase } from './snapshot-database.js';
import { StaleCompactor } from './stale-compactor.js';
import { Turns } from './turns.js';
import { writeChunkSnapshot } from './write-chunk-snapshot.js';

const readerBytes = 2 ** 30;

export function privateKernels(module: WebAssembly.Module): Kernels {
  return new Kernels(module, reserveMemory({ maxBytes: readerBytes }), readerBytes);
}

export interface DatabaseParts {
  readonly head: Head;
  readonly kernels: Kernels;
  readonly readerKernels: Kernels;
  readonly deletions: HeadDeletions;
  readonly ledger: SeriesLedger;
  readonly writer: WalWriter;
  readonly lateLog: LateLog;
  readonly stats: DatabaseStats;
  readonly reader: DatabaseReader;
  readonly spool: ChunkSpool;
  readonly events: WalEvents;
  readonly lock: DirectoryLock | undefined;
  /** The log's directory. */
  readonly log: string;
}

export class HeadDatabase implements Database {
  readonly #parts: DatabaseParts;
  readonly #options: DatabaseOptions;
  readonly #disk: Disk;
  readonly #maintenance: Maintenance;
  readonly #appending: LoggingAppenderParts;
  readonly #publications = new Publications();
  readonly #view: PublishedView;
  readonly #turns = new Turns();
  readonly #blocks: BlockUpkeep;
  readonly #compactor: BlockCompactor;
  readonly #cutter: HeadCutter;
  readonly #late: LateCompactor;
  readonly #stale: StaleCompactor;
  /** What was asked for last. */
  #windowMs = 0;
  #closing: Promise<void> | undefined;
  #census: Promise<HeadCensus> | undefined;

  /** `gone`: series that the log names and that the head has not got. */
  constructor(
    options: DatabaseOptions,
    parts: DatabaseParts,
    first: DatabaseView,
    gone: readonly SeriesRef[],
  ) {
    const { spool } = parts;
    const openAppenders = new Presence();
    this.#parts = parts;
    this.#options = options;
    this.#disk = options.disk;
    this.#view = new PublishedView(parts, first);
    const { disk, clock, directory, retention = keepForEver } = options;
    const turns = this.#turns;
    const inner = options.maintenance ?? maintenanceHere({ disk, kernels: () => parts.readerKernels });
    const maintenance = shapedMaintenance(inner, () => ({
      ...(options.blockSegmentBytes === undefined ? {} : { segmentBytes: options.blockSegmentBytes }),
      floatEncoding: spool.floatEncoding,
    }));
    this.#maintenance = maintenance;
    const chunkRangeMs = options.minBlockDurationMs ?? defaultBlockDurationMs;
    const upkeep = { ...parts, disk, directory, chunkRangeMs, turns, view: this.#view };
    this.#blocks = new BlockUpkeep(upkeep, retention);
    this.#compactor = new BlockCompactor({
      ...parts,
      ...{ disk, clock, directory, turns, maintenance, blocks: this.#blocks },
      random: options.random ?? systemRandom,
      rules: compactionRules(options),
      uploadedBlocksFile: options.uploadedBlocksFile,
      reloadMs: options.blockReloadMs ?? usualReloadMs,
    });
    const publications = this.#publications;
    const logTurns = new LogTurns();
    const cutting = { ...parts, logTurns, publications, maintenance, view: this.#view, blocks: this.#blocks };
    this.#late = new LateCompactor({
      ...cutting,
      ...{ disk, clock, directory, random: options.random ?? systemRandom },
      chunkRangeMs,
    });
    const log = new LogTruncation({
      ...{ ...cutting, disk, clock, directory: parts.log },
      compression: options.walCompression ?? 'snappy',
      segmentBytes: options.segmentSizeBytes,
    });
    log.seriesGone(gone);
    const random = options.random ?? systemRandom;
    const headCutting = { ...cutting, disk, clock, random, directory, chunkRangeMs, turns, log };
    this.#stale = new StaleCompactor(headCutting, options.staleSeriesThreshold ?? 0);
    this.#cutter = new HeadCutter({
      ...headCutting,
      ...{ openAppenders, late: this.#late, stale: this.#stale },
      mostDelayMs: options.mostCutDelayMs ?? 0,
      hasCut: () => void this.#compactor.run(),
    });
    this.#appending = {
      ...parts,
      logTurns,
      publications: this.#publications,
      openAppenders,
      startTimestamps: options.walStartTimestamps === true,
      committed: () => {
        spool.kick();
        this.#cutter.committed();
      },
    };
    spool.kick();
  }

  get stats(): DatabaseStats {
    return this.#parts.stats;
  }

  get seriesCount(): number {
    return this.#parts.head.seriesCount;
  }

  get mintMs(): number {
    return this.#parts.head.mintMs;
  }

  get maxtMs(): number {
    return this.#parts.head.maxtMs;
  }

  get lowestMs(): number {
    return this.#view.current.blocks[0]?.mintMs ?? this.mintMs;
  }

  get retention(): Retention {
    return this.#blocks.retention;
  }

  get blockCount(): number {
    return this.#view.current.blocks.length;
  }

  get headUsedBytes(): number {
    return this.#parts.head.usedBytes;
  }

  get refusedSamples(): number {
    return this.#parts.head.refusedSamples;
  }

  get refusedSeries(): number {
    return this.#parts.head.refusedSeries;
  }

  seriesBound(matchers: readonly Matcher[]): number {
    const { head } = this.#parts;
    return head.seriesBound?.(matchers) ?? head.seriesCount;
  }

  get blocks(): Database['blocks'] {
    return this.#parts.reader;
  }

  appender(): Appender {
    return new LoggingAppender(this.#appending);
  }

  querier(window: TimeWindow): Querier {
    return this.#parts.reader.querier(window);
  }

  cardinality(limit: number): CardinalityStats {
    return this.#parts.head.cardinality(limit);
  }

  metadata(): ReadonlyMap<string, Metadata> {
    return this.#parts.head.metadata();
  }

  view(): DatabaseView {
    return { ...this.#view.current, head: this.#parts.head.view() };
  }

  onViewChange(listener: ViewListener): void {
    this.#view.onChange(listener);
  }

  openReaderSlot(): number {
    return this.#parts.head.openReaderSlot();
  }

  closeReaderSlot(slot: number): void {
    this.#parts.head.closeReaderSlot(slot);
  }

  /** As they are on disk. */
  showBlocks(): Promise<void> {
    return this.#blocks.reloadSoon();
  }

  applySettings(settings: DatabaseSettings): void {
    const { retention, outOfOrderWindowMs, staleSeriesThreshold, maxExemplars, floatEncoding } = settings;
    if (floatEncoding !== undefined) this.#parts.spool.floatEncoding = floatEncoding;
    const { head, events } = this.#parts;
    if (staleSeriesThreshold !== undefined) this.#stale.threshold = staleSeriesThreshold;
    if (retention !== undefined) this.#blocks.retention = retention;
    if (outOfOrderWindowMs !== undefined) this.#takeLate(Math.max(0, outOfOrderWindowMs));
    const from = head.maxExemplars;
    if (maxExemplars === undefined || maxExemplars === from) return;
    head.maxExemplars = Math.max(0, maxExemplars);
    events.log('info', 'Exemplar storage resized', { from, to: maxExemplars });
  }

  /** The first time, once the directory of their log is there. */
  #takeLate(windowMs: number): void {
    const { head, events } = this.#parts;
    this.#windowMs = windowMs;
    if (windowMs === 0 || head.outOfOrderWindowMs > 0) {
      head.outOfOrderWindowMs = windowMs;
      return;
    }
    const { directory, walSync = 'commit' } = this.#options;
    void makeLateLog(this.#disk, directory, walSync).then(
      () => {
        head.outOfOrderWindowMs = this.#windowMs;
      },
      (error: unknown) =>
        events.log('error', 'Out-of-order samples are not taken: the WBL cannot be made', {
          err: messageOf(error),
        }),
    );
  }

  deleteSamples(request: DeleteRequest): Promise<void> {
    const late = this.#late;
    const parts = { ...this.#parts, disk: this.#disk, view: this.#view, blocks: this.#blocks, late };
    return this.#turns.take(async () => {
      await this.#stale.settled();
      await deleteSamples(request, parts);
    });
  }

  /** Makes blocks of the late samples; never rejects. */
  async compactLate(): Promise<void> {
    const { events, stats } = this.#parts;
    try {
      await this.#turns.take(() => this.#late.run());
    } catch (error) {
      stats.compactionsFailed++;
      events.log('error', 'compaction failed', { err: messageOf(error) });
    }
  }

  async compactStale(): Promise<void> {
    try {
      await this.#turns.take(() => this.#stale.run());
    } catch (error) {
      this.#parts.events.log('error', 'stale series compaction failed', { err: messageOf(error) });
    }
  }

  compact(): Promise<void> {
    return this.#compactor.run();
  }

  cleanTombstones(): Promise<void> {
    return this.#compactor.cleanTombstones();
  }

  snapshot(into: string, withHead: boolean): Promise<void> {
    const { clock, random = systemRandom, directory } = this.#options;
    const parts = {
      ...this.#parts,
      ...{ disk: this.#disk, clock, random, directory, view: this.#view, maintenance: this.#maintenance },
    };
    return this.#turns.take(() => snapshotDatabase(into, withHead, parts));
  }

  maybeCut(): Promise<void> {
    return this.#cutter.run();
  }

  async figures(): Promise<DatabaseFigures> {
    const { head, log, reader } = this.#parts;
    const { directory } = this.#options;
    const { removedChunks, ...tallies } = head.tallies;
    this.#census ??= stepsOf(head.census()).finally(() => {
      this.#census = undefined;
    });
    const counted = this.#census;
    const sizeOf = (name: string): Promise<number> =>
      directorySizeBytes(this.#disk, path.join(directory, name));
    const sizes = [directorySizeBytes(this.#disk, log), sizeOf('wbl'), sizeOf('chunks_head')] as const;
    const [walBytes, lateLogBytes, headChunksBytes] = await Promise.all(sizes);
    const { chunks, ...census } = await counted;
    return {
      ...{ walBytes, lateLogBytes, headChunksBytes, ...census, ...tallies },
      ...{ chunks, removedChunks, createdChunks: chunks + removedChunks },
      exemplars: { ...head.exemplars, most: head.maxExemplars },
      commit: head.commit,
      oldestCommit: head.oldestCommit,
      symbolTableBytes: reader.symbolTableBytes,
    };
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { writer, lateLog, reader, spool, lock, events } = this.#parts;
    try {
      this.#compactor.close();
      await this.#cutter.close();
      await this.#turns.settled();
      const end = await writer.close();
      await this.#publications.settled();
      const snapshotAt = this.#options.chunkSnapshots === true ? end : undefined;
      const isLateSafe = snapshotAt !== undefined && (await this.#isLateSafe(snapshotAt));
      await lateLog.close();
      await spool.close().catch((error: unknown) => {
        events.log('warn', 'Chunks of the head could not be written', { err: messageOf(error) });
      });
      if (isLateSafe) await this.#writeChunkSnapshot(snapshotAt);
      await reader.close();
    } finally {
      await lock?.release();
    }
  }

  /** Whether a start that reads the log from `end` on finds all late samples in the log of these. */
  #isLateSafe(end: LogPlace): Promise<boolean> {
    return this.#parts.lateLog.settled(end).then(
      () => true,
      () => false,
    );
  }

  /** Never rejects: the log has it all. */
  async #writeChunkSnapshot(end: LogPlace): Promise<void> {
    const { head, kernels, deletions, events } = this.#parts;
    const { disk, clock, directory, walCompression: compression } = this.#options;
    try {
      const isWhole = head.unwrittenCount + head.refusedSamples + head.refusedSeries === 0;
      if (!isWhole) throw new Error('the head is not whole, or chunks of it could not be written');
      if (head.hasReturned) throw new Error('a series came back that had gone to a block before its time');
      const parts = { disk, clock, directory, head, kernels, deletions, compression, events };
      await writeChunkSnapshot(end, parts);
    } catch (error) {
      events.log('error', 'chunk snapshot failed, the next start reads the WAL', { err: messageOf(error) });
    }
  }
}

interface BlockShape {
  readonly segmentBytes?: number;
  readonly floatEncoding: FloatEncoding;
}

/** All blocks in files of that size, and those that are cut with floats of that encoding. */
function shapedMaintenance(inner: Maintenance, shape: () => BlockShape): Maintenance {
  return {
    run: <Job extends MaintenanceJob>(job: Job) =>
      inner.run<Job>(job.kind === 'checkpoint' ? job : { ...job, ...shape() }),
  };
}
