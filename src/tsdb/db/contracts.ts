import type { Clock, Disk, Random } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { Matcher } from '../../model/index.js';
import type { ExemplarFigures, FloatEncoding, Storage } from '../../storage/index.js';
import type { HeadCensus, HeadTallies } from '../head/index.js';
import type { WalCompression, WalSync } from '../wal/index.js';
import type { DatabaseReader, DatabaseView } from './database-reader.js';
import type { DatabaseStats } from './database-stats.js';
import type { DeleteRequest } from './delete-samples.js';
import type { Maintenance } from './maintenance.js';
import type { ViewListener } from './published-view.js';
import type { ReplayProgress } from './replay-wal.js';
import type { Retention } from './retention.js';

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
  /** The compiled kernels. */
  readonly kernelModule: WebAssembly.Module;
  /** Memory of the head, reserved whole: half of the machine's when unsaid, and never more than 4 GiB - 64 KiB. */
  readonly headMaxBytes?: number;
  /** What a block covers that is cut from the head; 2 h. */
  readonly minBlockDurationMs?: number;
  /** What blocks grow to: a tenth of the time they are kept, 31 days at most when unsaid. */
  readonly maxBlockDurationMs?: number;
  /** Of floats without start timestamps, once their chunk takes no more; `xor` when unsaid. */
  readonly floatEncoding?: FloatEncoding;
  /** Of floats; 120 when unsaid. */
  readonly samplesPerChunk?: number;
  /** Of files of chunks in blocks; 512 MiB when unsaid. */
  readonly blockSegmentBytes?: number;
  /** A cut that is due waits for a random part of this; 0 when unsaid. */
  readonly mostCutDelayMs?: number;
  /** A JSON file that lists, as `uploaded`, the blocks that may be merged though they are of level 1. */
  readonly uploadedBlocksFile?: string;
  /** Between two looks at the blocks on disk; a minute when unsaid. */
  readonly blockReloadMs?: number;
  /** False to leave blocks that overlap as they are. */
  readonly mergesOverlaps?: boolean;
  readonly outOfOrderWindowMs?: number;
  /** The part of the head's series that may have ended before these go to blocks; 0, as when unsaid: any. */
  readonly staleSeriesThreshold?: number;
  /** For ever when unsaid. */
  readonly retention?: Retention;
  readonly maxSeries?: number;
  readonly maxExemplars?: number;
  /** Of this thread's readers, on a memory that others may use too; a private one when unsaid. */
  readonly readerKernels?: Kernels;
  /** Who writes blocks and checkpoints; this thread when unsaid. */
  readonly maintenance?: Maintenance;
  readonly logger?: DatabaseLogger;
  /** False for `--storage.tsdb.no-lockfile`. */
  readonly lock?: boolean;
  readonly walSync?: WalSync;
  readonly walCompression?: WalCompression;
  /** How long a scrape's commit waits for others to share its write to the log; 0 when unsaid. */
  readonly walGatherMs?: number;
  /** A multiple of 32 KiB; 128 MiB when unsaid. */
  readonly segmentSizeBytes?: number;
  /** True for the feature memory-snapshot-on-shutdown: an orderly end saves the next start most of the log. */
  readonly chunkSnapshots?: boolean;
  /** True for the feature st-storage: the log keeps start timestamps, in records that older versions skip. */
  readonly walStartTimestamps?: boolean;
  readonly onReplayProgress?: (progress: ReplayProgress) => void;
  /** After each fsync of the log, for a summary. */
  readonly onFsync?: (seconds: number) => void;
  /** The same of the log of late samples. */
  readonly onLateFsync?: (seconds: number) => void;
}

/** What is not said stays. */
export interface DatabaseSettings {
  /** From the next look at the blocks on. */
  readonly retention?: Retention;
  /** From the next transaction on; what was let in before stays. */
  readonly outOfOrderWindowMs?: number;
  /** From the next chunk on that takes no more. */
  readonly floatEncoding?: FloatEncoding;
  /** From the next minute on. */
  readonly staleSeriesThreshold?: number;
  /** The newest stay; 0 for none. */
  readonly maxExemplars?: number;
}

/** What metrics show beside `DatabaseStats`. */
export interface DatabaseFigures extends Omit<HeadCensus, 'chunks'>, Omit<HeadTallies, 'removedChunks'> {
  /** Of the directories' files. */
  readonly walBytes: number;
  readonly lateLogBytes: number;
  readonly headChunksBytes: number;
  /** Of the head. */
  readonly chunks: number;
  readonly removedChunks: number;
  readonly createdChunks: number;
  readonly exemplars: ExemplarFigures & { readonly most: number };
  /** The number of the commit that was shown last, and of the oldest that a reader sees. */
  readonly commit: number;
  readonly oldestCommit: number;
  /** What upstream holds of the symbols of all blocks. */
  readonly symbolTableBytes: number;
}

/** Blocks, and a head whose commits are in the write-ahead log. */
export interface Database extends Storage {
  readonly stats: DatabaseStats;
  /** Of the head. */
  readonly seriesCount: number;
  /** Of the head's committed samples; Infinity and -Infinity when there is none. */
  readonly mintMs: number;
  readonly maxtMs: number;
  readonly blockCount: number;
  /** The first time of the first block; of the head where there is none. */
  readonly lowestMs: number;
  readonly retention: Retention;
  /** Of the head's memory. */
  readonly headUsedBytes: number;
  /** Series that found no room. */
  readonly refusedSeries: number;
  /** Samples that were accepted, are in the log, and found no room. */
  readonly refusedSamples: number;
  /** At most so many series of the head match. */
  seriesBound(matchers: readonly Matcher[]): number;
  /** Of the blocks, as this thread reads them. */
  readonly blocks: Pick<DatabaseReader, 'blockCount' | 'blockSeriesBound'>;
  /** Counted or measured when asked: some milliseconds of a large head, in slices. */
  figures(): Promise<DatabaseFigures>;
  /** What readers of other threads need. */
  view(): DatabaseView;
  onViewChange(listener: ViewListener): void;
  openReaderSlot(): number;
  closeReaderSlot(slot: number): void;
  /** What may change while it runs. */
  applySettings(settings: DatabaseSettings): void;
  /** Looks for blocks that came or went, and removes those beyond retention; never rejects. */
  showBlocks(): Promise<void>;
  /**
   * Deletes samples, both ends of the window included. Nobody sees them once it resolves; they are gone for good when
   * `--storage.tsdb.wal-sync` says so, and from disk with a compaction.
   */
  deleteSamples(request: DeleteRequest): Promise<void>;
  /** Merges the blocks that are due, if any; never rejects. */
  compact(): Promise<void>;
  /** Moves series that have ended to blocks; never rejects. */
  compactStale(): Promise<void>;
  /** Writes blocks again without what is deleted of them. */
  cleanTombstones(): Promise<void>;
  /** Links all blocks into a directory, which is made, and writes what the head holds as one more. */
  snapshot(into: string, withHead: boolean): Promise<void>;
  /** Cuts the blocks that are due, if any; never rejects. */
  maybeCut(): Promise<void>;
}

export const defaultBlockDurationMs = 7_200_000;
