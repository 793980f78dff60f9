import { totalmem } from 'node:os';
import * as path from 'node:path';
import { ByteWriter, type Disk, messageOf, systemRandom } from '../../base/index.js';
import { Kernels, reserveMemory } from '../../kernels/index.js';
import { type BlockList, repairIndexVersion } from '../block/index.js';
import { createHead, type Head } from '../head/index.js';
import { type DirectoryLock, lockDirectory } from '../lock/index.js';
import { removeTemporarySnapshots } from '../snapshot/index.js';
import {
  type ChunkEnd,
  encodeChunkEnds,
  removeTemporaryCheckpoints,
  SeriesLedger,
  type WalEvents,
  WalWriter,
} from '../wal/index.js';
import { ChunkSpool } from './chunk-spool.js';
import { type Database, type DatabaseOptions, defaultBlockDurationMs } from './contracts.js';
import { type DatabaseView, openDatabaseReader } from './database-reader.js';
import { type DatabaseStats, emptyDatabaseStats } from './database-stats.js';
import { HeadDatabase, privateKernels } from './head-database.js';
import { HeadDeletions } from './head-deletions.js';
import { inOrderEnd } from './in-order-end.js';
import { makeLateLog } from './late-log.js';
import { listOwnBlocks } from './list-own-blocks.js';
import { toViewed } from './published-view.js';
import { removeSnapshots } from './read-chunk-snapshot.js';
import { type ReadHead, readHead, UnfitSnapshotError } from './read-head.js';
import { isForeign, surveyLateLog } from './read-late-log.js';
import type { ReplayOutcome } from './replay-wal.js';
import { removeUnfinishedSnapshots } from './snapshot-database.js';

const mostHeadBytes = 2 ** 32 - 2 ** 16;

/**
 * Opens a data directory for writing: takes its lock, lists the blocks, reads what the head was, mends what a crash or
 * damage has left, and begins a segment. Rejects with `UserError` when the directory is in use or cannot be written,
 * with the system's error when it cannot be read.
 */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { disk, directory } = options;
  await disk.makeDirectory(directory);
  const events = eventsOf(options);
  const random = options.random ?? systemRandom;
  const lock = options.lock === false ? undefined : await lockDirectory({ disk, directory, random, events });
  try {
    const takesSnapshot = options.chunkSnapshots === true;
    return await openLocked(options, { lock, events, takesSnapshot }).catch((error: unknown) => {
      if (!(error instanceof UnfitSnapshotError)) throw error;
      events.log('warn', 'Chunk snapshot is left out, the whole WAL is read', { err: error.message });
      return openLocked(options, { lock, events, takesSnapshot: false });
    });
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

interface Opening {
  readonly lock: DirectoryLock | undefined;
  readonly events: WalEvents;
  readonly takesSnapshot: boolean;
}

async function openLocked(
  options: DatabaseOptions,
  { lock, events, takesSnapshot }: Opening,
): Promise<Database> {
  const { disk, clock, directory, kernelModule } = options;
  const log = path.join(directory, 'wal');
  const chunksHeadDirectory = path.join(directory, 'chunks_head');
  await disk.makeDirectory(log);
  await removeTemporaryCheckpoints(disk, log);
  await removeUnfinishedSnapshots(disk, path.join(directory, 'snapshots'));
  await removeTemporarySnapshots(disk, directory);
  if (options.walSync !== 'none') await disk.syncDirectory(directory);
  if ((options.outOfOrderWindowMs ?? 0) > 0) await makeLateLog(disk, directory, options.walSync ?? 'commit');
  const { blocks, broken: unlisted } = await readyBlocks(disk, directory, events);
  const survey = await surveyLateLog(disk, path.join(directory, 'wbl'));
  const memory = createMemoryOfHead(options);
  const { head, kernels } = memory;
  const deletions = new HeadDeletions(head);
  const readerKernels = options.readerKernels ?? privateKernels(kernelModule);
  const view: DatabaseView = {
    version: 0,
    head: head.view(),
    chunksHeadDirectory,
    chunksHeadFrom: 0,
    blocks: blocks.map(toViewed),
    unlisted,
    deletesLate: isForeign(survey),
  };
  const reader = await openDatabaseReader({
    view,
    disk,
    kernels: readerKernels,
    readerSlot: 0,
    exemplars: (request) => head.selectExemplars(request),
  });
  // What a block that cannot be read held may still stand in the log.
  const sound = blocks.filter((block) => !reader.broken.has(block.directory));
  head.minValidMs = await inOrderEnd(disk, sound, options.minBlockDurationMs ?? defaultBlockDurationMs);
  const hasBrokenBlocks = unlisted.length + reader.broken.size > 0;
  const read = await readHead(options, {
    ...{ head, kernels, deletions, survey, hasBrokenBlocks, takesSnapshot, events },
  });
  if (!read.isFromSnapshot) await removeSnapshots(disk, directory);
  const { replay, lateLog } = read;
  const ledger = new SeriesLedger();
  const writer = createWriter(options, { head, kernels, ledger, replay, log, events });
  await writer.open();
  await logChunkEnds(writer, read.unlogged);
  const stats = statsOf(read, writer, lock);
  const spool = new ChunkSpool({
    disk,
    clock,
    directory: chunksHeadDirectory,
    head,
    lastSegment: read.lastChunkFile,
    floatEncoding: options.floatEncoding,
    stats,
    events,
  });
  const database = new HeadDatabase(
    options,
    { ...memory, readerKernels, deletions, ledger, writer, lateLog, stats, reader, spool, events, lock, log },
    view,
    read.gone,
  );
  await database.showBlocks();
  if (read.isLateUnsafe) await database.compactLate();
  return database;
}

/** The blocks, once what is left of unfinished ones is gone. */
async function readyBlocks(disk: Disk, directory: string, events: WalEvents): Promise<BlockList> {
  let listed = await listOwnBlocks(disk, directory);
  for (const leftover of listed.leftovers) await disk.remove(leftover);
  for (const block of [...listed.blocks, ...listed.broken]) await removeUnfinished(disk, block.directory);
  if (await repairBlocks(disk, listed, events)) listed = await listOwnBlocks(disk, directory);
  return listed;
}

/** Files that were to take the place of others. */
async function removeUnfinished(disk: Disk, directory: string): Promise<void> {
  for (const { name, isDirectory } of await disk.list(directory))
    if (!isDirectory && name.endsWith('.tmp')) await disk.remove(path.join(directory, name));
}

/** Whether a block was mended that an old version has written wrongly. */
async function repairBlocks(disk: Disk, { broken }: BlockList, events: WalEvents): Promise<boolean> {
  let isRepaired = false;
  for (const { directory } of broken) {
    const repaired = await repairIndexVersion(disk, directory).catch((error: unknown) => {
      events.log('error', 'A block could not be repaired', { directory, err: messageOf(error) });
      return false;
    });
    if (!repaired) continue;
    isRepaired = true;
    events.log('info', 'Fixing broken block', { directory });
  }
  return isRepaired;
}

function createMemoryOfHead(options: DatabaseOptions): { head: Head; kernels: Kernels } {
  const { kernelModule, outOfOrderWindowMs, maxSeries, maxExemplars } = options;
  const maxBytes = Math.min(mostHeadBytes, options.headMaxBytes ?? totalmem() / 2);
  const kernels = new Kernels(kernelModule, reserveMemory({ maxBytes, initialBytes: maxBytes }), maxBytes);
  const head = createHead({
    kernels,
    chunkRangeMs: options.minBlockDurationMs ?? defaultBlockDurationMs,
    hashSeed: (options.random ?? systemRandom).uint32(),
    ...(outOfOrderWindowMs === undefined ? {} : { outOfOrderWindowMs }),
    ...(options.samplesPerChunk === undefined ? {} : { samplesPerChunk: options.samplesPerChunk }),
    ...(maxSeries === undefined ? {} : { maxSeries }),
    ...(maxExemplars === undefined ? {} : { maxExemplars }),
  });
  return { head, kernels };
}

function statsOf(read: ReadHead, writer: WalWriter, lock: DirectoryLock | undefined): DatabaseStats {
  const stats = emptyDatabaseStats(read.replay.stats, writer.stats, read.lateStats);
  if (read.hasDamagedChunks) stats.headChunkCorruptions++;
  if (read.isSnapshotUnread) stats.snapshotsUnread++;
  stats.cleanStart = lock?.clean;
  return stats;
}

const endsInRecord = 16_384;

async function logChunkEnds(writer: WalWriter, ends: readonly ChunkEnd[]): Promise<void> {
  if (ends.length === 0) return;
  const scratch = new ByteWriter();
  const records: Uint8Array[] = [];
  for (let from = 0; from < ends.length; from += endsInRecord) {
    encodeChunkEnds(scratch, ends.slice(from, from + endsInRecord));
    records.push(scratch.take());
    scratch.reset();
  }
  await writer.log({ kind: 'scraped', series: [], records });
}

interface WriterParts {
  readonly head: Head;
  readonly kernels: Kernels;
  readonly ledger: SeriesLedger;
  readonly replay: ReplayOutcome;
  readonly log: string;
  readonly events: WalEvents;
}

function createWriter(options: DatabaseOptions, parts: WriterParts): WalWriter {
  const { head, kernels, ledger, replay, log, events } = parts;
  return new WalWriter({
    disk: options.disk,
    clock: options.clock,
    directory: log,
    firstSegment: replay.nextIndex,
    ledger,
    kernels,
    seriesLabels: (ref) => head.seriesLabels(ref),
    writeSeries: (ref, at, end) => head.writeSeries(ref, at, end),
    carried: replay.carried,
    events,
    ...(options.walSync === undefined ? {} : { sync: options.walSync }),
    gatherMs: options.walGatherMs ?? 0,
    ...(options.walCompression === undefined ? {} : { compression: options.walCompression }),
    ...(options.segmentSizeBytes === undefined ? {} : { segmentBytes: options.segmentSizeBytes }),
  });
}
