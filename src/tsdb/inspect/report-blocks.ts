import * as path from 'node:path';
import { type Disk, messageOf } from '../../base/index.js';
import {
  type BlockMeta,
  type ListedBlock,
  listBlocks,
  metaFileName,
  openBlock,
  readBlockMeta,
} from '../block/index.js';
import { isBlockDirectory, openDataDirectory } from './data-directory.js';

const tombstonesFileName = 'tombstones';

/** One block in a list. */
export interface BlockFigures {
  readonly ulid: string;
  readonly mintMs: number;
  /** The first that the block may not hold. */
  readonly endMs: number;
  readonly sampleCount: number;
  readonly chunkCount: number;
  readonly seriesCount: number;
  readonly sizeBytes: number;
  readonly level: number;
}

export interface BlockReport {
  /** By first time. */
  readonly blocks: readonly BlockFigures[];
  /** Folders that upstream passes over in silence: their meta.json cannot be read. */
  readonly skipped: readonly string[];
  /** Blocks that cannot be opened, `corrupted block <ULID>: <reason>`; those that another one has replaced left out. */
  readonly corrupted: readonly string[];
}

/** Opens every block of a data directory, or the one that is named. Source: tsdb/db.go `DBReadOnly.Blocks`. */
export async function reportBlocks(disk: Disk, directory: string): Promise<BlockReport> {
  await openDataDirectory(disk, directory);
  const listed = (await isBlockDirectory(disk, directory))
    ? { blocks: [{ directory, meta: await readBlockMeta(disk, directory) }], broken: [] }
    : await listBlocks(disk, directory);
  const blocks: BlockFigures[] = [];
  const opened: BlockMeta[] = [];
  const broken = new Map<string, string>();
  for (const block of listed.blocks) {
    try {
      blocks.push(await figuresOf(disk, block));
      opened.push(block.meta);
    } catch (error) {
      broken.set(block.meta.ulid, messageOf(error));
    }
  }
  for (const { compaction } of opened) for (const { ulid } of compaction.parents ?? []) broken.delete(ulid);
  return {
    blocks,
    skipped: listed.broken.map(({ directory: folder, reason }) => `${folder}: ${reason}`),
    corrupted: [...broken].map(([ulid, reason]) => `corrupted block ${ulid}: ${reason}`),
  };
}

async function figuresOf(disk: Disk, { directory, meta }: ListedBlock): Promise<BlockFigures> {
  const block = await openBlock({ disk, directory });
  await block.close();
  let sizeBytes = block.sizeBytes;
  for (const name of [metaFileName, tombstonesFileName]) {
    sizeBytes += (await disk.stat(path.join(directory, name)))?.sizeBytes ?? 0;
  }
  const { numSamples = 0, numChunks = 0, numSeries = 0 } = meta.stats;
  return {
    ulid: meta.ulid,
    mintMs: meta.mintMs,
    endMs: meta.endMs,
    sampleCount: numSamples,
    chunkCount: numChunks,
    seriesCount: numSeries,
    sizeBytes,
    level: meta.compaction.level,
  };
}
