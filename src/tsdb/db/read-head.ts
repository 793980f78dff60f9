import * as path from 'node:path';
import type { Disk } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { SeriesRef } from '../../storage/index.js';
import { removeUnbegun, repairHeadChunks } from '../chunks/index.js';
import type { Head } from '../head/index.js';
import { type ChunkEnd, makeEmptySegment, planRepair, repairLog, type WalEvents } from '../wal/index.js';
import type { DatabaseOptions } from './contracts.js';
import { emptyLateLogStats, type LateLogStats } from './database-stats.js';
import type { HeadDeletions } from './head-deletions.js';
import { LateLog } from './late-log.js';
import { readChunkSnapshot } from './read-chunk-snapshot.js';
import { heldPlace, isForeign, type LateLogSurvey, readLateLog } from './read-late-log.js';
import { type ReplayOutcome, replayWal } from './replay-wal.js';
import { StoredChunks } from './stored-chunks.js';

interface HeadReading {
  readonly head: Head;
  readonly kernels: Kernels;
  readonly deletions: HeadDeletions;
  readonly survey: LateLogSurvey | undefined;
  readonly hasBrokenBlocks: boolean;
  /** Whether it may begin with a chunk snapshot. */
  readonly takesSnapshot: boolean;
  readonly events: WalEvents;
}

/** The log behind a snapshot names series that neither knows: it was not written by who began with the snapshot. */
export class UnfitSnapshotError extends Error {}

export interface ReadHead {
  readonly replay: ReplayOutcome;
  readonly lateLog: LateLog;
  readonly lateStats: LateLogStats;
  readonly hasDamagedChunks: boolean;
  readonly isFromSnapshot: boolean;
  readonly isSnapshotUnread: boolean;
  /** Series that the log names and that are in blocks whole. */
  readonly gone: readonly SeriesRef[];
  /** What `chunks_head` has and the log has lost: the log must say so before it goes on. */
  readonly unlogged: readonly ChunkEnd[];
  /** Late samples should become blocks at once: what has them is damaged, or will not be read again. */
  readonly isLateUnsafe: boolean;
  /** The newest of `chunks_head`, 0 where there is none. */
  readonly lastChunkFile: number;
}

/**
 * Reads chunk files and logs into the head, and mends what a crash or damage has left of them. Rejects with
 * `UnfitSnapshotError`, and then it has changed nothing on disk but what was damaged, and the head is of no use.
 */
export async function readHead(options: DatabaseOptions, reading: HeadReading): Promise<ReadHead> {
  const { disk, clock, directory, onReplayProgress: onProgress } = options;
  const { head, kernels, deletions, survey, hasBrokenBlocks, takesSnapshot, events } = reading;
  const log = path.join(directory, 'wal');
  const takesLate = survey?.isOurs !== true;
  const chunks = await readyChunks(disk, path.join(directory, 'chunks_head'), {
    ...{ minValidMs: head.minValidMs, takesLate, events },
  });
  const hasDamagedChunks = chunks.scan.damage !== undefined;
  const snapshot = takesSnapshot
    ? await readChunkSnapshot({
        ...{ disk, directory, head, chunks, deletions, survey, events },
        lacks: lackOf({ hasDamagedChunks, hasBrokenBlocks }),
      })
    : undefined;
  events.log('info', 'Replaying WAL, this may take a while', {});
  const onTombstones = deletions.restoreRecord.bind(deletions);
  const replayed = await replayWal({
    ...{ disk, clock, directory: log, head, kernels, chunks, onProgress, onTombstones, events },
    lateHeldTo: heldPlace(survey),
    from: snapshot?.start,
  });
  const aheadTo = survey?.place?.segment ?? -1;
  const replay = { ...replayed, nextIndex: await passOver(options, log, replayed.nextIndex, aheadTo) };
  replay.stats.unknownRefs.tombstones += deletions.unknownRefs;
  if (snapshot?.start !== undefined && replay.stats.unknownRefs.series > 0)
    throw new UnfitSnapshotError('the WAL names series that the chunk snapshot has not got');
  const unlogged = head.unloggedEnds();
  const lateStats = emptyLateLogStats();
  const lateLog = await readyLateLog(options, { head, kernels, chunks, survey, replay, events, lateStats });
  const gone = head.removeForgotten();
  await repairLog(planRepair(replay.reports, replay.firstIndex), {
    disk,
    clock,
    directory: log,
    quarantine: path.join(directory, 'quarantine'),
    events,
  });
  logReplay(replay, events);
  // What deletions concern, and what is in `chunks_head` alone, a log of tsprom's says nothing of.
  const isForeignDeleted = isForeign(survey) && deletions.all.size > 0;
  const isLeftAlone = chunks.hasLate && survey?.hasSamples !== true;
  return {
    ...{ replay, lateLog, lateStats, gone, unlogged },
    hasDamagedChunks,
    isFromSnapshot: snapshot?.start !== undefined,
    isSnapshotUnread: snapshot?.isUnread === true,
    isLateUnsafe: survey?.isDamaged === true || isForeignDeleted || isLeftAlone,
    lastChunkFile: chunks.scan.lastSegment,
  };
}

/**
 * The log of late samples may have outlived a power loss that took the end of the first log, where that was not synced: what
 * is written behind it must not seem to stand before the place it has come to. Makes empty segments up to there.
 */
async function passOver(
  { disk, walSync }: DatabaseOptions,
  directory: string,
  nextIndex: number,
  aheadTo: number,
): Promise<number> {
  for (let index = nextIndex; index <= aheadTo; index++) await makeEmptySegment(disk, directory, index);
  if (aheadTo >= nextIndex && walSync !== 'none') await disk.syncDirectory(directory);
  return Math.max(nextIndex, aheadTo + 1);
}

/** What a start then looks for in the whole log. */
function lackOf(found: {
  readonly hasDamagedChunks: boolean;
  readonly hasBrokenBlocks: boolean;
}): string | undefined {
  if (found.hasDamagedChunks) return 'chunks_head is damaged';
  return found.hasBrokenBlocks ? 'a block cannot be read' : undefined;
}

interface ChunkReading {
  readonly minValidMs: number;
  readonly takesLate: boolean;
  readonly events: WalEvents;
}

/** The chunks of the head that are on disk; damaged ones are cut off. */
async function readyChunks(
  disk: Disk,
  directory: string,
  { minValidMs, takesLate, events }: ChunkReading,
): Promise<StoredChunks> {
  const chunks = await StoredChunks.read(disk, directory, minValidMs, { takesLate });
  const { damage, unbegun } = chunks.scan;
  if (unbegun !== undefined) await removeUnbegun(disk, directory, unbegun);
  if (damage !== undefined) {
    const { path: file, offset, reason } = damage;
    const message = 'Damaged chunks of the head are cut off, the WAL has their samples';
    events.log('warn', message, { file, offset, err: reason });
    await repairHeadChunks(disk, directory, damage);
  }
  return chunks;
}

interface LateLogReading {
  readonly head: Head;
  readonly kernels: Kernels;
  readonly chunks: StoredChunks;
  readonly survey: LateLogSurvey | undefined;
  readonly replay: ReplayOutcome;
  readonly events: WalEvents;
  readonly lateStats: LateLogStats;
}

/** The log of late samples, read into the head, and what it has not got of the first log. */
async function readyLateLog(options: DatabaseOptions, reading: LateLogReading): Promise<LateLog> {
  const { disk, clock } = options;
  const { head, kernels, chunks, survey, replay, events, lateStats } = reading;
  const directory = path.join(options.directory, 'wbl');
  if (survey !== undefined) {
    const stats = { samples: 0, histograms: 0, unknownRefs: 0, corruptions: 0 };
    const reports = await readLateLog({ disk, directory, head, chunks, survey, stats });
    // Prometheus gives up whatever stands behind a torn end. Where more is wrong, blocks are made of what is left.
    const steps = planRepair(reports, undefined).filter(({ kind }) => kind === 'cut-tail');
    const quarantine = path.join(options.directory, 'quarantine');
    if (!survey.isDamaged) await repairLog(steps, { disk, clock, directory, quarantine, events });
    lateStats.unknownRefs = stats.unknownRefs;
    const level = survey.isDamaged || stats.unknownRefs > 0 ? 'warn' : 'info';
    events.log(level, 'WBL replay completed', { ...stats });
  }
  const late = head.takeLate();
  const end = { segment: replay.nextIndex, endByte: 0 };
  const lateLog = new LateLog({
    ...{ disk, clock, directory, kernels, stats: lateStats },
    events: { ...events, fsynced: (seconds) => options.onLateFsync?.(seconds) },
    sync: options.walSync ?? 'commit',
    compression: options.walCompression,
    segmentBytes: options.segmentSizeBytes,
    startTimestamps: options.walStartTimestamps === true,
    nextSegment: survey?.nextSegment ?? 0,
    firstSegment: survey?.firstSegment ?? 0,
    place: late === undefined ? end : (survey?.place ?? { segment: 0, endByte: 0 }),
  });
  if (late === undefined) return lateLog;
  lateLog.add(late, end);
  // Before places in the first log change.
  await lateLog.settled().catch(() => undefined);
  return lateLog;
}

function logReplay({ stats }: ReplayOutcome, events: WalEvents): void {
  const { unknownRefs } = stats;
  if (unknownRefs.series > 0) events.log('warn', 'Unknown series references', { ...unknownRefs });
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
