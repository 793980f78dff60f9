import * as path from 'node:path';
import { assert, type Clock, CorruptionError, DecodeError, type Disk, UserError } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import { CheckpointFilter, type CheckpointStats, type UnreadableRecord } from './checkpoint-filter.js';
import { CheckpointLog } from './checkpoint-log.js';
import { defaultSegmentBytes } from './format.js';
import type { WalCompression } from './frame-records.js';
import { RecordPacker } from './record-packer.js';
import { type ReplayRecord, ReplayRecords } from './replay-records.js';
import { SegmentReader } from './segment-reader.js';
import { lastCheckpoint, listSegments, type SegmentFile, segmentFileName } from './segments.js';
import type { WalEvents } from './wal-stats.js';

/** Plain data: it may go to another thread. */
export interface CheckpointJob {
  /** The log's. */
  readonly directory: string;
  /** Segments that the checkpoint takes the place of, both included; the newest checkpoint with them. */
  readonly from: number;
  readonly to: number;
  /** Samples and exemplars before it are left out. */
  readonly mintMs: number;
  /** Tombstones that end before it are left out; `mintMs` when unsaid. */
  readonly deletionsFromMs?: number;
  /** In rising order: series that live, or that are gone and that segments behind `to` still name. */
  readonly keptRefs: Float64Array;
  readonly compression?: WalCompression;
  readonly segmentBytes?: number;
}

export interface CheckpointParts {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly kernels: Kernels;
  readonly events?: WalEvents;
  /** The work ends at its next pause, with the signal's reason; nothing is left behind. */
  readonly signal?: AbortSignal;
}

/** Other work gets a turn at least so often. */
const turnMs = 8;
const temporaryName = /^checkpoint\.[0-9]+\.tmp$/;

/**
 * Which segments the next checkpoint should stand for: the older two thirds of all but the last, which should hold
 * obsolete samples for the most part. List them before `WalWriter.nextSegment`. Undefined while it is not worth it. Source: tsdb/head.go (truncateWAL).
 */
export function planCheckpoint(
  segments: readonly SegmentFile[],
  checkpointIndex: number | undefined,
): { from: number; to: number } | undefined {
  const live = segments.filter(({ index }) => checkpointIndex === undefined || index > checkpointIndex);
  const from = live[0]?.index;
  const newest = live.at(-1)?.index;
  if (from === undefined || newest === undefined) return undefined;
  const to = from + Math.floor(((newest - 1 - from) * 2) / 3);
  return to > from ? { from, to } : undefined;
}

/**
 * Writes `checkpoint.N` for the segments up to N: durable, and under its name only when it is whole. Throws
 * `CorruptionError` when a segment is damaged or missing; the disk's errors as they are.
 */
export async function writeCheckpoint(job: CheckpointJob, parts: CheckpointParts): Promise<CheckpointStats> {
  const { disk } = parts;
  const sources = await checkpointSources(job, disk);
  await removeTemporaryCheckpoints(disk, job.directory);
  const target = path.join(job.directory, `checkpoint.${segmentFileName(job.to)}`);
  const temporary = `${target}.tmp`;
  await disk.makeDirectory(temporary);
  try {
    const stats = await fill(temporary, sources, { job, parts });
    await disk.syncDirectory(temporary);
    await disk.rename(temporary, target);
    await disk.syncDirectory(job.directory);
    return stats;
  } catch (error) {
    await disk.remove(temporary).catch(() => undefined);
    throw error;
  }
}

/** Removes what the newest checkpoint stands for: segments up to its own and older checkpoints. */
export async function removeCheckpointed(disk: Disk, directory: string): Promise<void> {
  const checkpoint = await lastCheckpoint(disk, directory);
  if (checkpoint === undefined) return;
  for (const segment of await listSegments(disk, directory)) {
    if (segment.index <= checkpoint.index) await disk.remove(segment.path);
  }
  for (const { name, isDirectory } of await disk.list(directory)) {
    const digits = /^checkpoint\.([0-9]+)$/.exec(name)?.[1];
    if (isDirectory && digits !== undefined && Number(digits) < checkpoint.index) {
      await disk.remove(path.join(directory, name));
    }
  }
  await disk.syncDirectory(directory);
}

/** What a crash left of checkpoints in the making. */
export async function removeTemporaryCheckpoints(disk: Disk, directory: string): Promise<void> {
  for (const { name } of await disk.list(directory)) {
    if (temporaryName.test(name)) await disk.remove(path.join(directory, name));
  }
}

async function checkpointSources(job: CheckpointJob, disk: Disk): Promise<SegmentFile[]> {
  const last = await lastCheckpoint(disk, job.directory);
  assert(last === undefined || job.to > last.index, 'a checkpoint stands for no more than the one before');
  const begin = last === undefined ? job.from : last.index + 1;
  if (job.from > begin) {
    throw new UserError({
      code: 'checkpoint-gap',
      message: `unexpected gap to last checkpoint. expected:${begin}, requested:${job.from}`,
    });
  }
  const all = await listSegments(disk, job.directory);
  const segments = all.filter(({ index }) => index >= begin && index <= job.to);
  for (const [i, segment] of segments.entries()) {
    if (segment.index !== begin + i) missing(job.directory, begin + i);
  }
  if (segments.length < job.to - begin + 1) missing(job.directory, begin + segments.length);
  return last === undefined ? segments : [...(await listSegments(disk, last.path)), ...segments];
}

function missing(directory: string, index: number): never {
  throw new CorruptionError({
    path: path.join(directory, segmentFileName(index)),
    offset: 0,
    expected: 'a segment',
    found: 'none',
  });
}

interface Work {
  readonly job: CheckpointJob;
  readonly parts: CheckpointParts;
}

async function fill(
  directory: string,
  sources: readonly SegmentFile[],
  { job, parts }: Work,
): Promise<CheckpointStats> {
  const { kernels, disk } = parts;
  const packer = new RecordPacker(kernels, job.compression ?? 'snappy');
  const records = new ReplayRecords(kernels);
  const log = new CheckpointLog({
    disk,
    kernels,
    directory,
    segmentBytes: job.segmentBytes ?? defaultSegmentBytes,
  });
  const filter = new CheckpointFilter({ ...job, kernels, packer });
  try {
    await log.open();
    for (const source of sources) await copySegment(source, { parts, records, filter, log });
    for (const packed of filter.metadata()) await log.add(packed);
    await log.finish();
    filter.stats.sizeBytes = log.sizeBytes;
    return filter.stats;
  } finally {
    await log.abandon();
    records.release();
    packer.release();
  }
}

interface Copying {
  readonly parts: CheckpointParts;
  readonly records: ReplayRecords;
  readonly filter: CheckpointFilter;
  readonly log: CheckpointLog;
}

async function copySegment(source: SegmentFile, { parts, records, filter, log }: Copying): Promise<void> {
  const { clock, signal } = parts;
  const reader = await SegmentReader.open(parts.disk, source.path, parts.kernels);
  let turnStartMs = clock.monotonicMs();
  try {
    while (await reader.fill()) {
      signal?.throwIfAborted();
      turnStartMs = clock.monotonicMs();
      while (reader.next()) {
        const { place } = reader;
        if (place === undefined) continue;
        const record = decodeOrLog(reader, { parts, records });
        for (const packed of filter.filter(record, place)) await log.add(packed);
        if (clock.monotonicMs() - turnStartMs < turnMs) continue;
        await clock.sleep(0, signal);
        turnStartMs = clock.monotonicMs();
      }
    }
    const [damage] = reader.damages;
    if (damage !== undefined) {
      throw new CorruptionError({
        path: source.path,
        offset: damage.startByte,
        expected: 'whole records',
        found: damage.reason,
      });
    }
  } finally {
    await reader.close();
  }
}

/** A record whose frame is sound and whose content is not: what upstream could read is kept as it is. */
function decodeOrLog(
  reader: SegmentReader,
  { parts, records }: Pick<Copying, 'parts' | 'records'>,
): ReplayRecord | UnreadableRecord {
  try {
    return records.decode(reader);
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    const keep = error.kind === 'unsupported';
    const fate = keep ? 'kept as it is' : 'left out';
    parts.events?.log('error', `A WAL record cannot be read and is ${fate} in the checkpoint`, {
      segment: reader.path,
      offset: reader.recordStart,
      err: error.message,
    });
    return { kind: 'unreadable', keep };
  }
}
