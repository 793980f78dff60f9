import * as path from 'node:path';
import { type Disk, messageOf } from '../../base/index.js';
import type { SeriesRef } from '../../storage/index.js';
import {
  lastSnapshot,
  listSnapshots,
  readSnapshot,
  removeSnapshot,
  type SnapshotDirectory,
} from '../snapshot/index.js';
import { isBefore, type LogPlace, lastCheckpoint, listSegments, type WalEvents } from '../wal/index.js';
import { heldPlace, type LateLogSurvey } from './read-late-log.js';
import type { ReplayStart } from './replay-wal.js';
import { restoreSnapshot, type SnapshotTarget } from './restore-snapshot.js';

/**
 * What a start that has not begun with a snapshot knows of the log, what is written next relies on: no later start may
 * begin with it. Gone for good when it resolves.
 */
export async function removeSnapshots(disk: Disk, directory: string): Promise<void> {
  for (const snapshot of await listSnapshots(disk, directory)) await removeSnapshot(disk, snapshot.path);
}

interface ChunkSnapshotReading extends Omit<SnapshotTarget, 'replacesLog' | 'onSeries'> {
  readonly disk: Disk;
  /** The data directory. */
  readonly directory: string;
  readonly survey: LateLogSurvey | undefined;
  /** Why what else a start needs beside the snapshot and the log behind it is not whole. */
  readonly lacks: string | undefined;
  readonly events: WalEvents;
}

export interface ChunkSnapshotRead {
  /** Undefined where the whole log must be read. */
  readonly start: ReplayStart | undefined;
  /** One was needed and could not be read. */
  readonly isUnread: boolean;
}

/**
 * Puts the newest chunk snapshot into the head where it, with `chunks_head`, the log of late samples and the log behind
 * its place, is as good as the whole log; else nothing. Rejects where it can be read once and not once more.
 */
export async function readChunkSnapshot(reading: ChunkSnapshotReading): Promise<ChunkSnapshotRead> {
  const { disk, directory, lacks, events } = reading;
  events.log('info', 'Chunk snapshot is enabled, replaying from the snapshot', {});
  const nothing = { start: undefined, isUnread: false };
  const snapshot = await lastSnapshot(disk, directory);
  if (snapshot === undefined) return nothing;
  const unneeded = lacks ?? (await whyNotFrom(snapshot, reading));
  if (unneeded !== undefined) {
    events.log('warn', 'Chunk snapshot is left out, the whole WAL is read', {
      dir: snapshot.path,
      err: unneeded,
    });
    return nothing;
  }
  const fault = await faultOf(disk, snapshot.path);
  if (fault !== undefined) {
    events.log('error', 'Failed to load chunk snapshot', { dir: snapshot.path, err: fault });
    return { start: undefined, isUnread: true };
  }
  const refs: SeriesRef[] = [];
  const onSeries = (ref: SeriesRef): void => void refs.push(ref);
  await restoreSnapshot({ ...reading, directory: snapshot.path, replacesLog: true, onSeries });
  events.log('info', 'chunk snapshot loaded', { dir: snapshot.path, num_series: refs.length });
  return { start: { place: placeOf(snapshot), refs }, isUnread: false };
}

function placeOf({ segment, offset }: SnapshotDirectory): LogPlace {
  return { segment, endByte: offset };
}

/** Why the logs do not go on where the snapshot ends. */
async function whyNotFrom(
  snapshot: SnapshotDirectory,
  { disk, directory, survey }: ChunkSnapshotReading,
): Promise<string | undefined> {
  const log = path.join(directory, 'wal');
  const checkpoint = await lastCheckpoint(disk, log);
  if (checkpoint !== undefined && checkpoint.index >= snapshot.segment) return 'a checkpoint is newer';
  const segments = (await listSegments(disk, log)).filter(({ index }) => index >= snapshot.segment);
  const isGapless = segments.every(({ index }, i) => index === snapshot.segment + i);
  const first = segments[0];
  const sizeBytes = first === undefined ? 0 : ((await disk.stat(first.path))?.sizeBytes ?? 0);
  if (first === undefined || !isGapless || sizeBytes < snapshot.offset) return 'the WAL ends before it';
  const held = heldPlace(survey);
  if (survey === undefined || held === undefined) return undefined;
  // Prometheus makes the log of late samples also where there are none.
  const isUnused = !survey.isOurs && !survey.hasSamples;
  if (survey.isDamaged) return 'the WBL is damaged';
  return isUnused || !isBefore(held, placeOf(snapshot)) ? undefined : 'the WBL ends before it';
}

/** Why a snapshot is not whole. Upstream writes deletions behind the series, be there any or not. */
async function faultOf(disk: Disk, directory: string): Promise<string | undefined> {
  let hasDeletions = false;
  try {
    const { reports, unreadable } = await readSnapshot(disk, directory, ({ kind }) => {
      hasDeletions ||= kind === 'tombstones';
    });
    const [damage] = reports.flatMap(({ damages }) => damages);
    if (damage !== undefined) return damage.reason;
    if (unreadable > 0) return `${unreadable} records cannot be read`;
    if (reports.some(({ index }, i) => index !== i)) return 'a file is missing';
    return hasDeletions ? undefined : 'its end is missing';
  } catch (error) {
    return messageOf(error);
  }
}
