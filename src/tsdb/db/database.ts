import * as path from 'node:path';
import { type Clock, type Disk, type Random, systemRandom } from '../../base/index.js';
import type { Metadata } from '../../model/index.js';
import {
  type Appender,
  type CardinalityStats,
  createMemoryStore,
  type MemoryStore,
  type MemoryStoreOptions,
  type Querier,
  type Storage,
  type TimeWindow,
} from '../../storage/index.js';
import { type DirectoryLock, lockDirectory } from '../lock/index.js';
import {
  listSegments,
  planRepair,
  repairLog,
  SeriesLedger,
  type WalCompression,
  type WalEvents,
  type WalSync,
  WalWriter,
} from '../wal/index.js';
import { type DatabaseStats, emptyDatabaseStats } from './database-stats.js';
import { LoggingAppender } from './logging-appender.js';
import { type ReplayOutcome, type ReplayProgress, replayWal } from './replay-wal.js';

/** What a logger of the telemetry layer is, as far as the database needs one. */
export interface DatabaseLogger {
  debug(message: string, fields?: Readonly<Record<string, unknown>>): void;
  info(message: string, fields?: Readonly<Record<string, unknown>>): void;
  warn(message: string, fields?: Readonly<Record<string, unknown>>): void;
  error(message: string, fields?: Readonly<Record<string, unknown>>): void;
}

export interface DatabaseOptions {
  /** The data directory; made when absent. */
  readonly directory: string;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random?: Random;
  readonly logger?: DatabaseLogger;
  /** False for `--storage.tsdb.no-lockfile`. */
  readonly lock?: boolean;
  readonly walSync?: WalSync;
  readonly walCompression?: WalCompression;
  /** A multiple of 32 KiB; 128 MiB when unsaid. */
  readonly segmentSizeBytes?: number;
  /** True for the feature st-storage: the log keeps start timestamps, in records that older versions skip. */
  readonly walStartTimestamps?: boolean;
  readonly store?: MemoryStoreOptions;
  readonly onReplayProgress?: (progress: ReplayProgress) => void;
  /** After each fsync of the log, for a summary. */
  readonly onFsync?: (seconds: number) => void;
}

/** A store whose commits are in the write-ahead log. */
export interface Database extends Storage {
  readonly stats: DatabaseStats;
  readonly seriesCount: number;
  /** Of all committed samples; Infinity and -Infinity when there is none. */
  readonly mintMs: number;
  readonly maxtMs: number;
  /** Size of the log's files. */
  walSizeBytes(): Promise<number>;
}

/**
 * Opens a data directory for writing: takes its lock, reads the log, mends what a crash or damage has left, and begins
 * a segment. Rejects with `UserError` when the directory is in use or cannot be written, with the system's error
 * when it cannot be read.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { disk, directory } = options;
  await disk.makeDirectory(directory);
  const events = eventsOf(options);
  const random = options.random ?? systemRandom;
  const lock = options.lock === false ? undefined : await lockDirectory({ disk, directory, random, events });
  try {
    return await openLocked(options, { lock, events });
  } catch (error) {
    await lock?.release();
    throw error;
  }
}

function eventsOf(options: DatabaseOptions): WalEvents {
  return {
    log: (level, message, fields) => options.logger?.[level](message, fields),
    fsynced: (seconds) => options.onFsync?.(seconds),
  };
}

async function openLocked(
  options: DatabaseOptions,
  { lock, events }: { lock: DirectoryLock | undefined; events: WalEvents },
): Promise<Database> {
  const { disk, clock, directory } = options;
  const log = path.join(directory, 'wal');
  await disk.makeDirectory(log);
  if (options.walSync !== 'none') await disk.syncDirectory(directory);
  const store = createMemoryStore(options.store);
  events.log('info', 'Replaying WAL, this may take a while', {});
  const { onReplayProgress: onProgress } = options;
  const replay = await replayWal({ disk, clock, directory: log, store, onProgress, events });
  await repairLog(planRepair(replay.reports, replay.firstIndex), {
    disk,
    clock,
    directory: log,
    quarantine: path.join(directory, 'quarantine'),
    events,
  });
  logReplay(replay, events);
  const ledger = new SeriesLedger();
  const writer = new WalWriter({
    disk,
    clock,
    directory: log,
    firstSegment: replay.nextIndex,
    ledger,
    carried: replay.carried,
    events,
    ...(options.walSync === undefined ? {} : { sync: options.walSync }),
    ...(options.walCompression === undefined ? {} : { compression: options.walCompression }),
    ...(options.segmentSizeBytes === undefined ? {} : { segmentBytes: options.segmentSizeBytes }),
  });
  await writer.open();
  const stats = emptyDatabaseStats(replay.stats, writer.stats);
  stats.cleanStart = lock?.clean;
  const startTimestamps = options.walStartTimestamps === true;
  return new LoggedDatabase({ disk, log, store, writer, ledger, stats, lock, startTimestamps });
}

function logReplay({ stats }: ReplayOutcome, events: WalEvents): void {
  const { unknownRefs } = stats;
  if (unknownRefs.series > 0) events.log('warn', 'Unknown series references', { ...unknownRefs });
  if (stats.tombstones > 0) {
    events.log('warn', 'Deletions in the WAL are not applied', { tombstones: stats.tombstones });
  }
  if (stats.unknownSchemas > 0) {
    events.log('warn', 'Skipped histograms with an unknown schema', { histograms: stats.unknownSchemas });
  }
  events.log('info', 'WAL replay completed', {
    segments: stats.segments,
    records: stats.records,
    samples: stats.samples,
    histograms: stats.histograms,
    total_replay_duration: `${stats.seconds.toFixed(3)}s`,
  });
}

interface DatabaseParts {
  readonly disk: Disk;
  /** The log's directory. */
  readonly log: string;
  readonly store: MemoryStore;
  readonly writer: WalWriter;
  readonly ledger: SeriesLedger;
  readonly stats: DatabaseStats;
  readonly lock: DirectoryLock | undefined;
  readonly startTimestamps: boolean;
}

class LoggedDatabase implements Database {
  readonly #parts: DatabaseParts;
  #closing: Promise<void> | undefined;

  constructor(parts: DatabaseParts) {
    this.#parts = parts;
  }

  get stats(): DatabaseStats {
    return this.#parts.stats;
  }

  get seriesCount(): number {
    return this.#parts.store.seriesCount;
  }

  get mintMs(): number {
    return this.#parts.store.mintMs;
  }

  get maxtMs(): number {
    return this.#parts.store.maxtMs;
  }

  appender(): Appender {
    return new LoggingAppender({ ...this.#parts, inner: this.#parts.store.appender() });
  }

  querier(window: TimeWindow): Querier {
    return this.#parts.store.querier(window);
  }

  cardinality(limit: number): CardinalityStats {
    return this.#parts.store.cardinality(limit);
  }

  metadata(): ReadonlyMap<string, Metadata> {
    return this.#parts.store.metadata();
  }

  async walSizeBytes(): Promise<number> {
    const { disk, log } = this.#parts;
    let total = 0;
    for (const segment of await listSegments(disk, log)) {
      total += (await disk.stat(segment.path))?.sizeBytes ?? 0;
    }
    return total;
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const { writer, store, lock } = this.#parts;
    try {
      await writer.close();
      await store.close();
    } finally {
      await lock?.release();
    }
  }
}
