import * as path from 'node:path';
import { type Disk, errnoOf, systemTemporaryDirectory, UserError } from '../../base/index.js';
import { KernelMemoryError, Kernels, loadKernels, reserveMemory } from '../../kernels/index.js';
import type { CardinalityStats } from '../../storage/index.js';
import { type ListedBlock, listBlocks, readBlockMeta } from '../block/index.js';
import {
  type DatabaseReader,
  type DatabaseView,
  defaultBlockDurationMs,
  emptyReplayStats,
  inOrderEnd,
  openDatabaseReader,
  toViewed,
} from '../db/index.js';
import type { Head } from '../head/index.js';
import { isArchive, unpackArchive } from './archive/index.js';
import type { ReadOnlyDatabase, ReadOnlyOptions } from './contracts.js';
import { findPlaces, findPlacesBelow, type Places } from './find-places.js';
import { defaultArchiveBytes } from './open-place.js';
import { chunksHeadOf, headBytesFor, mostHeadBytes, type ReadLog, readLog } from './read-log.js';
import { tolerantSource } from './tolerant-source.js';

const maxListings = 5;

/**
 * Reads a directory without locking, writing or mending anything, beside whoever writes it: a torn last record is the
 * end, and when a file vanishes (a checkpoint or a block took its place) reading begins again. What an archive holds
 * is unpacked first and removed again by `close`, or when opening fails. Rejects with `UserError` when there is
 * nothing to read.
 *
 * Logs are read into an arena head, the same as a server's: floats go from the log's bytes to chunk bytes within one
 * memory, in a tenth of the space of columns, and there is one code that says what a log means.
 */
export async function openReadOnly(options: ReadOnlyOptions): Promise<ReadOnlyDatabase> {
  const { parts, remove } = await openParts(options);
  const database = databaseOf(parts);
  return { ...database, close: () => database.close().finally(remove) };
}

/** The same in parts, and what removes what was unpacked. */
export async function openParts(
  options: ReadOnlyOptions,
): Promise<{ readonly parts: ReadParts; remove(): Promise<void> }> {
  const { disk, directory } = options;
  if (!(await isArchive(disk, directory))) {
    const parts = await openDirectory(options, () => findPlaces(disk, directory));
    return { parts, remove: () => Promise.resolve() };
  }
  const unpacked = await (options.temporaryDirectory ?? systemTemporaryDirectory)();
  const remove = (): Promise<void> => disk.remove(unpacked);
  try {
    const { maxArchiveBytes: maxBytes = defaultArchiveBytes, signal } = options;
    await unpackArchive({ disk, archive: directory, into: unpacked, maxBytes, signal });
    const find = (): Promise<Places> => findPlacesBelow(disk, unpacked, directory);
    return { parts: await openDirectory({ ...options, directory: unpacked }, find), remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function openDirectory(options: ReadOnlyOptions, find: () => Promise<Places>): Promise<ReadParts> {
  const { disk, signal } = options;
  const module = options.kernelModule ?? (await loadKernels(disk));
  let headBytes = 0;
  for (let listing = 1; ; listing++) {
    signal?.throwIfAborted();
    try {
      const places = await find();
      headBytes = Math.max(headBytes, await headBytesFor(disk, places));
      return await read(options, { places, module, headBytes });
    } catch (error) {
      if (error instanceof KernelMemoryError && headBytes > 0) {
        if (headBytes === mostHeadBytes) throw tooLarge(options.directory);
        headBytes = Math.min(mostHeadBytes, headBytes * 4);
      } else if (errnoOf(error) !== 'ENOENT' || listing >= maxListings) throw error;
    }
  }
}

function tooLarge(directory: string): UserError {
  return new UserError({
    code: 'log-too-large',
    message: `the log in "${directory}" holds more than 4 GiB of series and samples`,
    suggestions: ['Let a server cut its older samples into blocks, and read the data directory then.'],
  });
}

interface Reading {
  readonly places: Places;
  readonly module: WebAssembly.Module;
  readonly headBytes: number;
}

async function read(options: ReadOnlyOptions, reading: Reading): Promise<ReadParts> {
  const { disk } = options;
  const { places, module, headBytes } = reading;
  const { blocks, broken } = await blocksOf(disk, places);
  const minValidMs = await headStartOf(options, places, blocks);
  const log = headBytes === 0 ? undefined : await readLog(options, { ...reading, minValidMs });
  const view: DatabaseView = {
    version: 0,
    head: log?.head.view(),
    ...(log === undefined ? {} : { headDeletions: log.deletions, deletesLate: log.deletesLate }),
    chunksHeadDirectory: chunksHeadOf(places, options.directory),
    chunksHeadFrom: 0,
    blocks: blocks.map(toViewed),
  };
  const kernels = new Kernels(module, reserveMemory({ maxBytes: mostHeadBytes }));
  const exemplars: Head['selectExemplars'] = (request) => log?.head.selectExemplars(request) ?? [];
  const reader = await openDatabaseReader({
    ...{ view, disk, kernels, readerSlot: 0, exemplars },
    through: tolerantSource,
  });
  const unread = new Map([...broken, ...reader.broken, ...reader.tombstonesDamages, ...(log?.broken ?? [])]);
  for (const directory of unread.keys()) if (isSuperseded(directory, blocks)) unread.delete(directory);
  return { log, reader, view, places, broken: unread };
}

/** Another block was made of it, and holds what it held. Source: tsdb/db.go (DBReadOnly.Blocks). */
function isSuperseded(directory: string, blocks: readonly ListedBlock[]): boolean {
  const ulid = path.basename(directory);
  return blocks.some(
    ({ directory: other, meta }) =>
      other !== directory && meta.compaction.parents?.some((parent) => parent.ulid === ulid) === true,
  );
}

export interface ReadParts {
  readonly places: Places;
  readonly log: ReadLog | undefined;
  readonly reader: DatabaseReader;
  readonly view: DatabaseView;
  readonly broken: ReadonlyMap<string, string>;
}

function databaseOf({ log, reader, view, broken }: ReadParts): ReadOnlyDatabase {
  const { blocks } = view;
  const mint = Math.min(log?.head.mintMs ?? Number.POSITIVE_INFINITY, ...blocks.map(({ mintMs }) => mintMs));
  const maxt = Math.max(log?.head.maxtMs ?? Number.NEGATIVE_INFINITY, ...blocks.map(({ maxtMs }) => maxtMs));
  return {
    stats: log?.stats ?? emptyReplayStats(),
    lateLog: log?.lateLog ?? { samples: 0, histograms: 0, unknownRefs: 0, corruptions: 0 },
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

/** Of no head. */
export const noCardinality: CardinalityStats = {
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

async function blocksOf(
  disk: Disk,
  { data, block }: Places,
): Promise<{ blocks: readonly ListedBlock[]; broken: ReadonlyMap<string, string> }> {
  if (block !== undefined) {
    const meta = await readBlockMeta(disk, block);
    return { blocks: [{ directory: block, meta }], broken: new Map() };
  }
  const listed = data === undefined ? { blocks: [], broken: [] } : await listBlocks(disk, data);
  const broken = new Map(listed.broken.map(({ directory, reason }) => [directory, reason]));
  return { blocks: listed.blocks, broken };
}

async function headStartOf(
  { disk, headFrom }: ReadOnlyOptions,
  { data }: Places,
  blocks: readonly ListedBlock[],
): Promise<number> {
  if (data === undefined) return Number.NEGATIVE_INFINITY;
  if (headFrom !== 'last-block') return inOrderEnd(disk, blocks, defaultBlockDurationMs);
  return blocks.at(-1)?.meta.endMs ?? Number.NEGATIVE_INFINITY;
}
