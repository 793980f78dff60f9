import { createDistribution, type Distribution, exponentialBounds } from '../../base/index.js';
import { type AppendOutcome, appendOutcome } from '../../storage/index.js';
import { emptyWalStats, type WalStats } from '../wal/index.js';
import { type ChunkFigures, createChunkFigures } from './chunk-figures.js';

/** Floats and histograms apart, as upstream's `type` label has them. */
export interface ByKind {
  float: number;
  histogram: number;
}

/** Records of the log that name a series the log does not know. */
export interface UnknownRefs {
  series: number;
  samples: number;
  histograms: number;
  exemplars: number;
  metadata: number;
  tombstones: number;
}

/** What reading the log at start has shown. */
export interface ReplayStats {
  segments: number;
  /** Whole records, of whatever type. */
  records: number;
  samples: number;
  histograms: number;
  seconds: number;
  unknownRefs: UnknownRefs;
  /** Records of types this version does not know, passed over. */
  unknownRecords: number;
  /** Histograms whose schema is unknown, passed over. */
  unknownSchemas: number;
  /** Records that hold numbers beyond 2^53, passed over and left on disk. */
  unsupportedRecords: number;
  /** Deletions in the log. */
  tombstones: number;
  corruptions: number;
  lostBytes: number;
  tornTails: number;
}

/** Plain figures that only rise, for whoever turns them into metrics; read them at any time, never write. */
export interface DatabaseStats {
  /** False when a lock of a process that is gone was replaced; undefined without a lock. */
  cleanStart: boolean | undefined;
  /** Damaged places in the log, those at start included: prometheus_tsdb_wal_corruptions_total. */
  walCorruptions: number;
  seriesCreated: number;
  samplesAppended: ByKind;
  outOfOrderSamples: ByKind;
  outOfBoundSamples: ByKind;
  tooOldSamples: ByKind;
  duplicateSamples: ByKind;
  exemplarsAppended: number;
  outOfOrderExemplars: number;
  appendersCreated: number;
  commits: number;
  commitsFailed: number;
  rollbacks: number;
  activeAppenders: number;
  /** Tries to cut a block, those that failed, and blocks that were written. */
  compactionsTriggered: number;
  compactions: number;
  compactionsFailed: number;
  /** Of blocks that overlap. */
  verticalCompactions: number;
  /** 1 while a block is written. */
  writingBlocks: number;
  readonly compactionSeconds: Distribution;
  readonly tombstoneCleanSeconds: Distribution;
  /** Blocks of series that have ended. */
  staleCompactions: number;
  staleCompactionsFailed: number;
  readonly staleCompactionSeconds: Distribution;
  /** Of the chunks of blocks that were cut from the head. */
  readonly chunkFigures: ChunkFigures;
  /** Of the head, in memory. */
  headTruncations: number;
  headTruncationsFailed: number;
  readonly headTruncationTime: Elapsed;
  seriesRemoved: number;
  checkpoints: number;
  checkpointsFailed: number;
  /** Of what a checkpoint stands for. */
  checkpointDeletions: number;
  checkpointDeletionsFailed: number;
  readonly logTruncationTime: Elapsed;
  headChunksWritten: number;
  headChunkWritesFailed: number;
  /** Damaged places in the files of the head's chunks that a start has found. */
  headChunkCorruptions: number;
  /** Of the list of blocks. */
  reloads: number;
  reloadsFailed: number;
  /** Times that blocks were beyond what is kept. */
  timeRetentions: number;
  sizeRetentions: number;
  blocksBytes: number;
  /** Blocks that are there and cannot be opened. */
  brokenBlocks: number;
  /** Snapshots of the head that a start could not read. */
  snapshotsUnread: number;
  readonly replay: ReplayStats;
  readonly wal: WalStats;
  /** Of the log of late samples: its truncations, and series that it named and nobody knew. */
  readonly late: LateLogStats;
}

/** How often, and how long in all. */
export interface Elapsed {
  count: number;
  seconds: number;
}

export function addElapsed(elapsed: Elapsed, ms: number): void {
  elapsed.count++;
  elapsed.seconds += ms / 1000;
}

/** Zeros until the first late sample. */
export interface LateLogStats {
  wal: WalStats;
  truncations: number;
  truncationsFailed: number;
  /** Rows of the replay. */
  unknownRefs: number;
}

export function emptyLateLogStats(): LateLogStats {
  return {
    wal: { ...emptyWalStats(), currentSegment: 0 },
    truncations: 0,
    truncationsFailed: 0,
    unknownRefs: 0,
  };
}

export function emptyReplayStats(): ReplayStats {
  return {
    segments: 0,
    records: 0,
    samples: 0,
    histograms: 0,
    seconds: 0,
    unknownRefs: { series: 0, samples: 0, histograms: 0, exemplars: 0, metadata: 0, tombstones: 0 },
    unknownRecords: 0,
    unknownSchemas: 0,
    unsupportedRecords: 0,
    tombstones: 0,
    corruptions: 0,
    lostBytes: 0,
    tornTails: 0,
  };
}

export function emptyDatabaseStats(replay: ReplayStats, wal: WalStats, late: LateLogStats): DatabaseStats {
  const none = (): ByKind => ({ float: 0, histogram: 0 });
  return {
    cleanStart: undefined,
    walCorruptions: replay.corruptions,
    seriesCreated: 0,
    samplesAppended: none(),
    outOfOrderSamples: none(),
    outOfBoundSamples: none(),
    tooOldSamples: none(),
    duplicateSamples: none(),
    exemplarsAppended: 0,
    outOfOrderExemplars: 0,
    appendersCreated: 0,
    commits: 0,
    commitsFailed: 0,
    rollbacks: 0,
    activeAppenders: 0,
    compactionsTriggered: 0,
    compactions: 0,
    compactionsFailed: 0,
    verticalCompactions: 0,
    writingBlocks: 0,
    compactionSeconds: createDistribution(exponentialBounds(1, 2, 14)),
    tombstoneCleanSeconds: createDistribution([]),
    staleCompactions: 0,
    staleCompactionsFailed: 0,
    staleCompactionSeconds: createDistribution(exponentialBounds(1, 2, 14)),
    chunkFigures: createChunkFigures(),
    headTruncations: 0,
    headTruncationsFailed: 0,
    headTruncationTime: { count: 0, seconds: 0 },
    seriesRemoved: 0,
    checkpoints: 0,
    checkpointsFailed: 0,
    checkpointDeletions: 0,
    checkpointDeletionsFailed: 0,
    logTruncationTime: { count: 0, seconds: 0 },
    headChunksWritten: 0,
    headChunkWritesFailed: 0,
    headChunkCorruptions: 0,
    reloads: 0,
    reloadsFailed: 0,
    timeRetentions: 0,
    sizeRetentions: 0,
    blocksBytes: 0,
    brokenBlocks: 0,
    snapshotsUnread: 0,
    replay,
    wal,
    late,
  };
}

export function countOutcome(stats: DatabaseStats, outcome: AppendOutcome, kind: keyof ByKind): void {
  if (outcome === appendOutcome.outOfOrder) stats.outOfOrderSamples[kind]++;
  else if (outcome === appendOutcome.outOfBounds) stats.outOfBoundSamples[kind]++;
  else if (outcome === appendOutcome.tooOld) stats.tooOldSamples[kind]++;
  else if (outcome === appendOutcome.duplicate) stats.duplicateSamples[kind]++;
}
