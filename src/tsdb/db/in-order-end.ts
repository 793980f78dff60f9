import * as path from 'node:path';
import { CorruptionError, type Disk, errnoOf } from '../../base/index.js';
import type { ListedBlock } from '../block/index.js';
import { indexFileName, readChunkSpan } from '../index/index.js';

/**
 * The end of the last block that holds samples in order: those before it are not read from the log any more. A block
 * that was cut from a head ends at a multiple of `chunkRangeMs`; one that does not is asked where its chunks end, as a
 * bit turned in its times would have all newer samples passed over. Rejects with the system's error. Source: tsdb/db.go
 * (inOrderBlocksMaxTime).
 */
export async function inOrderEnd(
  disk: Disk,
  blocks: readonly ListedBlock[],
  chunkRangeMs: number,
): Promise<number> {
  const inOrder = blocks.filter(({ meta }) => (meta.compaction.hints ?? []).length === 0);
  let endMs = Number.NEGATIVE_INFINITY;
  for (const { directory, meta } of inOrder.sort((a, b) => b.meta.endMs - a.meta.endMs)) {
    if (meta.endMs <= endMs) break;
    const isAligned = meta.endMs % chunkRangeMs === 0;
    endMs = Math.max(endMs, isAligned ? meta.endMs : await endOfChunks(disk, directory, meta.endMs));
  }
  return endMs;
}

/** `saidMs` where the index does not tell. */
async function endOfChunks(disk: Disk, directory: string, saidMs: number): Promise<number> {
  try {
    const span = await readChunkSpan(disk, path.join(directory, indexFileName));
    return Math.min(saidMs, (span?.maxtMs ?? Number.POSITIVE_INFINITY) + 1);
  } catch (error) {
    if (error instanceof CorruptionError || errnoOf(error) === 'ENOENT') return saidMs;
    throw error;
  }
}
