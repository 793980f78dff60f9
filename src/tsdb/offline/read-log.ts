import * as path from 'node:path';
import { type Disk, systemClock } from '../../base/index.js';
import { KernelMemoryError, Kernels, reserveMemory } from '../../kernels/index.js';
import {
  emptyReplayStats,
  HeadDeletions,
  heldPlace,
  isForeign,
  type LateLogStats,
  type ReplayStats,
  readLateLog,
  replayWal,
  restoreSnapshot,
  StoredChunks,
  surveyLateLog,
} from '../db/index.js';
import { createHead, type Head } from '../head/index.js';
import type { Tombstones } from '../tombstones/index.js';
import { lastCheckpoint, listSegments, type SegmentReport } from '../wal/index.js';
import type { ReadOnlyOptions } from './contracts.js';
import type { Places } from './find-places.js';
import { nameChunks } from './name-chunks.js';

const leastHeadBytes = 64 * 2 ** 20;
/** A memory of WebAssembly, but for a page at its end. */
export const mostHeadBytes = 2 ** 32 - 2 ** 16;
/** Memory of the head for a byte of log: what compresses best takes about so much. */
const headBytesPerLogByte = 8;
const chunkRangeMs = 7_200_000;

/** What the logs hold, in a head. */
export interface ReadLog {
  readonly head: Head;
  readonly stats: ReplayStats;
  readonly lateLog: LateLogStats;
  readonly reports: readonly SegmentReport[];
  readonly deletions: Tombstones;
  /** Whether they concern late samples. */
  readonly deletesLate: boolean;
  /** Files of `chunks_head` that cannot be read to their end, with why. */
  readonly broken: ReadonlyMap<string, string>;
}

export interface LogReading {
  readonly places: Places;
  readonly module: WebAssembly.Module;
  /** Size of the head's memory. */
  readonly headBytes: number;
  /** Samples of the log before this lie in blocks. */
  readonly minValidMs: number;
}

/** What a head for these logs takes, 0 where there is none. */
export async function headBytesFor(
  disk: Disk,
  { log, lateLog, snapshot, chunksHead }: Places,
): Promise<number> {
  if (log === undefined && lateLog === undefined && snapshot === undefined && chunksHead === undefined)
    return 0;
  const checkpoint = log === undefined ? undefined : await lastCheckpoint(disk, log);
  let bytes = 0;
  for (const directory of [log, checkpoint?.path, lateLog, snapshot?.path]) {
    if (directory === undefined) continue;
    for (const { path: file } of await listSegments(disk, directory))
      bytes += (await disk.stat(file))?.sizeBytes ?? 0;
  }
  return Math.min(mostHeadBytes, leastHeadBytes + bytes * headBytesPerLogByte);
}

/**
 * Reads all logs into a head: chunks of `chunks_head` go to their series as the log names them, late samples come
 * after those in order. Throws `KernelMemoryError` where the memory is too small.
 */
export async function readLog(options: ReadOnlyOptions, reading: LogReading): Promise<ReadLog> {
  const { disk, clock = systemClock, onReplayProgress: onProgress } = options;
  const { places, module, headBytes: maxBytes, minValidMs } = reading;
  const { log, lateLog, chunksHead, isLoose } = places;
  const kernels = new Kernels(module, reserveMemory({ maxBytes, initialBytes: maxBytes }), maxBytes);
  const head = createHead({ kernels, chunkRangeMs, maxExemplars: 100_000 });
  head.minValidMs = minValidMs;
  const survey = lateLog === undefined ? undefined : await surveyLateLog(disk, lateLog);
  const chunks =
    chunksHead === undefined
      ? undefined
      : await StoredChunks.read(disk, chunksHead, minValidMs, { takesLate: survey?.isOurs !== true });
  const deletions = new HeadDeletions(head);
  const reports: SegmentReport[] = [];
  const late: LateLogStats = { samples: 0, histograms: 0, unknownRefs: 0, corruptions: 0 };
  const snapshot = await neededSnapshot(disk, places);
  if (snapshot !== undefined)
    reports.push(
      ...(await restoreSnapshot({
        ...{ disk, directory: snapshot, head, chunks, deletions },
        replacesLog: false,
      })),
    );
  let stats = emptyReplayStats();
  if (log !== undefined) {
    const onTombstones = deletions.restoreRecord.bind(deletions);
    const replayed = await replayWal({
      ...{ disk, clock, head, kernels, chunks, onProgress, onTombstones },
      directory: log,
      lateHeldTo: heldPlace(survey),
    });
    stats = replayed.stats;
    reports.push(...replayed.reports);
  }
  stats.unknownRefs.tombstones += deletions.unknownRefs;
  if (isLoose === true) await nameChunks({ disk, head, chunks, lateLog });
  if (lateLog !== undefined && survey !== undefined)
    reports.push(...(await readLateLog({ disk, directory: lateLog, head, chunks, survey, stats: late })));
  if (head.refusedSeries + head.refusedSamples > 0) throw new KernelMemoryError('the log does not fit');
  const broken = new Map<string, string>();
  const damage = chunks?.scan.damage;
  if (damage !== undefined) broken.set(damage.path, `at byte ${damage.offset}: ${damage.reason}`);
  return {
    ...{ head, stats, lateLog: late, reports, broken },
    deletions: deletions.all,
    deletesLate: isForeign(survey),
  };
}

/**
 * The snapshot where the log does not reach back to its own beginning. Where it does, it and `chunks_head` hold all
 * that a snapshot does, and an old snapshot may hold what has been deleted since.
 */
async function neededSnapshot(disk: Disk, { log, snapshot }: Places): Promise<string | undefined> {
  if (snapshot === undefined || log === undefined) return snapshot?.path;
  const checkpoint = await lastCheckpoint(disk, log);
  const first = (await listSegments(disk, log))[0]?.index;
  const isWhole = checkpoint !== undefined || first === 0;
  return isWhole ? undefined : snapshot.path;
}

export function chunksHeadOf({ chunksHead, data }: Places, directory: string): string {
  return chunksHead ?? path.join(data ?? directory, 'chunks_head');
}
