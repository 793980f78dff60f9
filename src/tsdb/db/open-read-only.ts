import * as path from 'node:path';
import { type Clock, type Disk, errnoOf, systemClock, UserError } from '../../base/index.js';
import { KernelMemoryError, Kernels, loadKernels, reserveMemory } from '../../kernels/index.js';
import type { Metadata } from '../../model/index.js';
import type { CardinalityStats, Queryable } from '../../storage/index.js';
import { listBlocks, metaFileName, readBlockMeta } from '../block/index.js';
import { createHead, type Head } from '../head/index.js';
import { lastCheckpoint, listSegments, type SegmentReport } from '../wal/index.js';
import { type DatabaseReader, type DatabaseView, openDatabaseReader } from './database-reader.js';
import { emptyReplayStats, type ReplayStats } from './database-stats.js';
import { minValidOf, toViewed } from './published-view.js';
import { type ReplayProgress, replayWal } from './replay-wal.js';
import { StoredChunks } from './stored-chunks.js';

export interface ReadOnlyOptions {
  /** A data directory, a `wal` directory, or the directory of a block. */
  readonly directory: string;
  readonly disk: Disk;
  readonly clock?: Clock;
  /** The compiled kernels; read from the installation when unsaid. */
  readonly kernelModule?: WebAssembly.Module;
  readonly onReplayProgress?: (progress: ReplayProgress) => void;
}

/** What a directory held when it was read. */
export interface ReadOnlyDatabase extends Queryable {
  readonly stats: ReplayStats;
  /** The log, segment by segment, with what is damaged. */
  readonly segments: readonly SegmentReport[];
  /** Blocks that cannot be read, with why. */
  readonly brokenBlocks: ReadonlyMap<string, string>;
  /** Of blocks and head. */
  readonly mintMs: number;
  readonly maxtMs: number;
  /** Of the head. */
  cardinality(limit: number): CardinalityStats;
  metadata(): ReadonlyMap<string, Metadata>;
  close(): Promise<void>;
}

const maxListings = 5;
const mostBytes = 2 ** 32 - 2 ** 16;
const leastHeadBytes = 64 * 2 ** 20;
/** Memory of the head for a byte of log: what compresses best takes about so much. */
const headBytesPerLogByte = 8;
const chunkRangeMs = 7_200_000;

/** Where the parts of what was named lie; absent parts are undefined. */
interface Places {
  readonly data: string | undefined;
  readonly log: string | undefined;
  readonly block: string | undefined;
}

/**
 * Reads a directory without locking, writing or mending anything, beside whoever writes it: a torn last record is the
 * end, and when a file vanishes (a checkpoint or a block took its place) reading begins again. Rejects with `UserError`
 * when there is nothing to read.
 */
export async function openReadOnly(options: ReadOnlyOptions): Promise<ReadOnlyDatabase> {
  const { disk, directory } = options;
  const places = await findPlaces(disk, directory);
  const module = options.kernelModule ?? (await loadKernels(disk));
  let headBytes = places.log === undefined ? 0 : await headBytesFor(disk, places.log);
  for (let listing = 1; ; listing++) {
    try {
      return await read(options, { places, module, headBytes });
    } catch (error) {
      const isFull = error instanceof KernelMemoryError && headBytes < mostBytes;
      if (isFull) headBytes = Math.min(mostBytes, headBytes * 4);
      else if (errnoOf(error) !== 'ENOENT' || listing >= maxListings) throw error;
    }
  }
}

async function headBytesFor(disk: Disk, log: string): Promise<number> {
  let logBytes = 0;
  const checkpoint = await lastCheckpoint(disk, log);
  for (const directory of checkpoint === undefined ? [log] : [log, checkpoint.path]) {
    for (const { path: file } of await listSegments(disk, directory)) {
      logBytes += (await disk.stat(file))?.sizeBytes ?? 0;
    }
  }
  return Math.min(mostBytes, leastHeadBytes + logBytes * headBytesPerLogByte);
}

interface Reading {
  readonly places: Places;
  readonly module: WebAssembly.Module;
  readonly headBytes: number;
}

async function read(options: ReadOnlyOptions, reading: Reading): Promise<ReadOnlyDatabase> {
  const { disk } = options;
  const { places, module } = reading;
  const blocks = await blocksOf(disk, places);
  const chunksHeadDirectory = path.join(places.data ?? options.directory, 'chunks_head');
  const log = await readLog(options, { ...reading, chunksHeadDirectory, minValidMs: blocks.endMs });
  const view: DatabaseView = {
    version: 0,
    head: log?.head.view(),
    chunksHeadDirectory,
    chunksHeadFrom: 0,
    blocks: blocks.viewed,
  };
  const kernels = new Kernels(module, reserveMemory({ maxBytes: mostBytes }));
  const exemplars: Head['selectExemplars'] = (request) => log?.head.selectExemplars(request) ?? [];
  const reader = await openDatabaseReader({ view, disk, kernels, readerSlot: 0, exemplars });
  return databaseOf({ log, reader, view, broken: new Map([...blocks.broken, ...reader.broken]) });
}

interface ReadLog {
  readonly head: Head;
  readonly stats: ReplayStats;
  readonly reports: readonly SegmentReport[];
}

async function readLog(
  options: ReadOnlyOptions,
  reading: Reading & { readonly chunksHeadDirectory: string; readonly minValidMs: number },
): Promise<ReadLog | undefined> {
  const { disk, clock = systemClock, onReplayProgress: onProgress } = options;
  const { places, module, headBytes: maxBytes, minValidMs } = reading;
  if (places.log === undefined) return undefined;
  const kernels = new Kernels(module, reserveMemory({ maxBytes, initialBytes: maxBytes }), maxBytes);
  const head = createHead({ kernels, chunkRangeMs, maxExemplars: 100_000 });
  head.minValidMs = minValidMs;
  const chunks =
    places.data === undefined
      ? undefined
      : await StoredChunks.read(disk, reading.chunksHeadDirectory, minValidMs);
  const directory = places.log;
  const { stats, reports } = await replayWal({ disk, clock, directory, head, kernels, chunks, onProgress });
  if (head.refusedSeries > 0) throw new KernelMemoryError('the log does not fit');
  return { head, stats, reports };
}

interface DatabaseParts {
  readonly log: ReadLog | undefined;
  readonly reader: DatabaseReader;
  readonly view: DatabaseView;
  readonly broken: ReadonlyMap<string, string>;
}

function databaseOf({ log, reader, view, broken }: DatabaseParts): ReadOnlyDatabase {
  const { blocks } = view;
  const mint = Math.min(log?.head.mintMs ?? Number.POSITIVE_INFINITY, ...blocks.map(({ mintMs }) => mintMs));
  const maxt = Math.max(log?.head.maxtMs ?? Number.NEGATIVE_INFINITY, ...blocks.map(({ maxtMs }) => maxtMs));
  return {
    stats: log?.stats ?? emptyReplayStats(),
    segments: log?.reports ?? [],
    brokenBlocks: broken,
    mintMs: mint,
    maxtMs: maxt,
    querier: (window) => reader.querier(window),
    cardinality: (limit) => log?.head.cardinality(limit) ?? noCardinality,
    metadata: () => log?.head.metadata() ?? new Map(),
    close: () => reader.close(),
  };
}

const noCardinality: CardinalityStats = {
  seriesCount: 0,
  labelPairCount: 0,
  chunkCount: 0,
  mintMs: Number.POSITIVE_INFINITY,
  maxtMs: Number.NEGATIVE_INFINITY,
  seriesCountByMetricName: [],
  labelValueCountByLabelName: [],
  memoryInBytesByLabelName: [],
  seriesCountByLabelValuePair: [],
};

async function blocksOf(disk: Disk, { data, block }: Places) {
  if (block !== undefined) {
    const viewed = [toViewed({ directory: block, meta: await readBlockMeta(disk, block) })];
    return { viewed, broken: new Map<string, string>(), endMs: Number.NEGATIVE_INFINITY };
  }
  const listed = data === undefined ? { blocks: [], broken: [] } : await listBlocks(disk, data);
  const broken = new Map(listed.broken.map(({ directory, reason }) => [directory, reason]));
  return { viewed: listed.blocks.map(toViewed), broken, endMs: minValidOf(listed.blocks) };
}

async function findPlaces(disk: Disk, directory: string): Promise<Places> {
  const isDirectory = async (target: string): Promise<boolean> =>
    (await disk.stat(target))?.isDirectory === true;
  if (await isDirectory(directory)) {
    const inside = path.join(directory, 'wal');
    if (await isDirectory(inside)) return { data: directory, log: inside, block: undefined };
    if ((await disk.stat(path.join(directory, metaFileName))) !== undefined) {
      return { data: undefined, log: undefined, block: directory };
    }
    const { blocks, broken } = await listBlocks(disk, directory);
    if (blocks.length + broken.length > 0) return { data: directory, log: undefined, block: undefined };
    const hasLog = (await listSegments(disk, directory)).length > 0;
    if (hasLog) return { data: undefined, log: directory, block: undefined };
  }
  throw new UserError({
    code: 'no-wal',
    message: `no write-ahead log and no block in "${directory}"`,
    suggestions: [
      'Name a data directory that holds a "wal" folder or blocks, the "wal" folder itself, or the folder of a block.',
    ],
  });
}
