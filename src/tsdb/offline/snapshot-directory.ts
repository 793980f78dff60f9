import * as path from 'node:path';
import {
  type Disk,
  errnoOf,
  systemClock,
  systemRandom,
  UserError,
  writeFileDurably,
} from '../../base/index.js';
import { Kernels, loadKernels, reserveMemory } from '../../kernels/index.js';
import { type BlockMeta, createUlid, type ListedBlock, listBlocks } from '../block/index.js';
import {
  defaultBlockDurationMs,
  inOrderEnd,
  linkAll,
  runMaintenance,
  unfinishedSuffix,
} from '../db/index.js';
import { lockDirectory } from '../lock/index.js';
import { findPlaces } from './find-places.js';
import { chunksHeadOf, headBytesFor, mostHeadBytes, readLog } from './read-log.js';

const readerBytes = 1 << 30;

export interface SnapshotRequest {
  readonly disk: Disk;
  /** A data directory that no process has. */
  readonly directory: string;
  /** Is made. */
  readonly into: string;
  /** Whether what the logs hold becomes one more block. */
  readonly withHead: boolean;
  readonly signal: AbortSignal;
}

export interface SnapshotReport {
  /** Blocks that were linked. */
  readonly blocks: readonly BlockMeta[];
  /** Undefined where the logs held nothing, or were not asked for. */
  readonly head: BlockMeta | undefined;
}

/**
 * Copies a data directory: blocks by hard links (or byte by byte, where the disk has none), logs as a block. The copy has
 * its name when it is whole; the directory stays as it is. Throws `UserError`, `CorruptionError` or the system's error.
 */
export async function snapshotDirectory(request: SnapshotRequest): Promise<SnapshotReport> {
  const { disk, directory, into } = request;
  if ((await disk.stat(directory))?.isDirectory !== true)
    throw new UserError({ code: 'not-found', message: `"${directory}" is no directory` });
  if ((await disk.stat(into)) !== undefined)
    throw new UserError({
      code: 'not-empty',
      message: `"${into}" is there already`,
      suggestions: ['Give --out with a new directory.'],
    });
  const lock = await lockDirectory({ disk, directory, random: systemRandom });
  const unfinished = `${into}${unfinishedSuffix}`;
  try {
    await disk.remove(unfinished);
    const report = await fill(unfinished, request);
    await disk.rename(unfinished, into);
    await disk.syncDirectory(path.dirname(path.resolve(into)));
    return report;
  } catch (error) {
    await disk.remove(unfinished).catch(() => undefined);
    throw error;
  } finally {
    await lock.release();
  }
}

async function fill(
  into: string,
  { disk, directory, withHead, signal }: SnapshotRequest,
): Promise<SnapshotReport> {
  const { blocks, broken } = await listBlocks(disk, directory);
  const [first] = broken;
  if (first !== undefined)
    throw new UserError({
      code: 'broken-block',
      message: `cannot read "${first.directory}": ${first.reason}`,
      suggestions: ['Move the block away to copy the others.'],
    });
  await disk.makeDirectory(into);
  for (const block of blocks) {
    signal.throwIfAborted();
    const link = (file: string, target: string): Promise<void> => linkOrCopy(disk, file, target);
    await linkAll(disk, block.directory, path.join(into, block.meta.ulid), link);
  }
  const head = withHead ? await writeHead(into, { disk, directory, blocks, signal }) : undefined;
  await disk.syncDirectory(into);
  if (blocks.length === 0 && head === undefined)
    throw new UserError({ code: 'no-samples', message: `no block and no samples found in "${directory}"` });
  return { blocks: blocks.map(({ meta }) => meta), head };
}

const noLinks: ReadonlySet<string | undefined> = new Set(['EXDEV', 'EPERM', 'ENOTSUP', 'EMLINK']);

async function linkOrCopy(disk: Disk, from: string, to: string): Promise<void> {
  try {
    await disk.link(from, to);
  } catch (error) {
    if (!noLinks.has(errnoOf(error))) throw error;
    await writeFileDurably(disk, to, await disk.readFile(from));
  }
}

interface HeadWork {
  readonly disk: Disk;
  readonly directory: string;
  readonly blocks: readonly ListedBlock[];
  readonly signal: AbortSignal;
}

async function writeHead(into: string, work: HeadWork): Promise<BlockMeta | undefined> {
  const { disk, directory, blocks, signal } = work;
  const places = await findPlaces(disk, directory);
  if ((await headBytesFor(disk, places)) === 0) return undefined;
  const module = await loadKernels(disk);
  const options = { disk, directory, kernelModule: module, signal };
  const minValidMs = await inOrderEnd(disk, blocks, defaultBlockDurationMs);
  const reading = { places, module, headBytes: mostHeadBytes, minValidMs };
  const { head, deletions, deletesLate } = await readLog(options, reading);
  if (head.mintMs > head.maxtMs) return undefined;
  const kernels = new Kernels(module, reserveMemory({ maxBytes: readerBytes }), readerBytes);
  const cut = await runMaintenance(
    {
      kind: 'cut',
      directory: into,
      chunksHeadDirectory: chunksHeadOf(places, directory),
      view: head.view(),
      readerSlot: 0,
      deletions,
      deletesLate,
      ulid: createUlid(systemClock, systemRandom),
      mintMs: head.mintMs,
      endMs: head.maxtMs + 1,
    },
    { disk, kernels },
  );
  return cut?.meta;
}
