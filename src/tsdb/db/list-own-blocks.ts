import * as path from 'node:path';
import type { Disk } from '../../base/index.js';
import { type BlockList, listBlocks } from '../block/index.js';

/**
 * The blocks of the database's directory, each by the name of its own: where meta.json says another, bits were turned,
 * and what is removed or merged by that name would be somebody else's, or never go.
 */
export async function listOwnBlocks(disk: Disk, directory: string): Promise<BlockList> {
  const listed = await listBlocks(disk, directory);
  return {
    ...listed,
    blocks: listed.blocks.map((block) => ({
      ...block,
      meta: { ...block.meta, ulid: path.basename(block.directory) },
    })),
  };
}
