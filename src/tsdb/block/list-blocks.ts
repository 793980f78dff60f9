import * as path from 'node:path';
import { type Disk, errnoOf, messageOf } from '../../base/index.js';
import type { BlockMeta } from './block-meta.js';
import { readSoundMeta } from './sound-meta.js';
import { isUlid } from './ulid.js';

/** Of a directory that is being written, or removed; whoever holds the lock removes what is left of one. */
export const creationSuffix = '.tmp-for-creation';
const leftoverName = /^[0-9A-Z]{26}\.(tmp|tmp-for-creation|tmp-for-deletion)$/;

export interface ListedBlock {
  readonly directory: string;
  /** As `readSoundMeta` answers it. */
  readonly meta: BlockMeta;
  /** What is wrong with the times in the file. */
  readonly damage?: string;
}

export interface BrokenBlock {
  readonly directory: string;
  readonly reason: string;
}

export interface BlockList {
  /** By first time, then by name. Their meta.json was read, and the first series of their index. */
  readonly blocks: readonly ListedBlock[];
  readonly broken: readonly BrokenBlock[];
  /** Directories of blocks that were never finished, or not wholly removed. */
  readonly leftovers: readonly string[];
}

/** The blocks of a data directory. No blocks where there is no directory. */
export async function listBlocks(disk: Disk, directory: string): Promise<BlockList> {
  const blocks: ListedBlock[] = [];
  const broken: BrokenBlock[] = [];
  const leftovers: string[] = [];
  for (const { name, isDirectory } of await entriesOf(disk, directory)) {
    const target = path.join(directory, name);
    if (!isDirectory) continue;
    if (leftoverName.test(name)) leftovers.push(target);
    if (!isUlid(name)) continue;
    try {
      blocks.push({ directory: target, ...(await readSoundMeta(disk, target)) });
    } catch (error) {
      broken.push({ directory: target, reason: messageOf(error) });
    }
  }
  blocks.sort((a, b) => a.meta.mintMs - b.meta.mintMs || (a.meta.ulid < b.meta.ulid ? -1 : 1));
  return { blocks, broken, leftovers };
}

async function entriesOf(disk: Disk, directory: string) {
  try {
    return await disk.list(directory);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return [];
    throw error;
  }
}
