import type { AppendOutcome } from '../../storage/index.js';
import { appendOutcome } from '../../storage/index.js';
import type { WalStats } from '../wal/index.js';

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
  commits: number;
  commitsFailed: number;
  rollbacks: number;
  activeAppenders: number;
  /** Tries to cut a block, those that failed, and blocks that were written. */
  compactionsTriggered: number;
  compactions: number;
  compactionsFailed: number;
  /** Of the head, in memory. */
  headTruncations: number;
  headTruncationsFailed: number;
  seriesRemoved: number;
  checkpoints: number;
  checkpointsFailed: number;
  headChunkWritesFailed: number;
  /** Of the list of blocks. */
  reloads: number;
  reloadsFailed: number;
  /** Times that blocks were beyond what is kept. */
  timeRetentions: number;
  sizeRetentions: number;
  blocksBytes: number;
  /** Blocks that are there and cannot be opened. */
  brokenBlocks: number;
  readonly replay: ReplayStats;
  readonly wal: WalStats;
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

export function emptyDatabaseStats(replay: ReplayStats, wal: WalStats): DatabaseStats {
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
    commits: 0,
    commitsFailed: 0,
    rollbacks: 0,
    activeAppenders: 0,
    compactionsTriggered: 0,
    compactions: 0,
    compactionsFailed: 0,
    headTruncations: 0,
    headTruncationsFailed: 0,
    seriesRemoved: 0,
    checkpoints: 0,
    checkpointsFailed: 0,
    headChunkWritesFailed: 0,
    reloads: 0,
    reloadsFailed: 0,
    timeRetentions: 0,
    sizeRetentions: 0,
    blocksBytes: 0,
    brokenBlocks: 0,
    replay,
    wal,
  };
}

export function countOutcome(stats: DatabaseStats, outcome: AppendOutcome, kind: keyof ByKind): void {
  if (outcome === appendOutcome.outOfOrder) stats.outOfOrderSamples[kind]++;
  else if (outcome === appendOutcome.outOfBounds) stats.outOfBoundSamples[kind]++;
  else if (outcome === appendOutcome.tooOld) stats.tooOldSamples[kind]++;
  else if (outcome === appendOutcome.duplicate) stats.duplicateSamples[kind]++;
}
