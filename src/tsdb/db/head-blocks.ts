import { type Clock, type Random, UserError } from '../../base/index.js';
import { type BlockMeta, createUlid } from '../block/index.js';
import type { Head } from '../head/index.js';
import type { BlockUpkeep } from './block-upkeep.js';
import { addChunkFigures } from './chunk-figures.js';
import type { CutJob } from './cut-block.js';
import type { DatabaseStats } from './database-stats.js';
import type { HeadDeletions } from './head-deletions.js';
import type { Maintenance } from './maintenance.js';
import type { PublishedView } from './published-view.js';

export interface HeadBlocksParts {
  readonly head: Head;
  readonly clock: Clock;
  readonly random: Random;
  /** The data directory. */
  readonly directory: string;
  readonly deletions: HeadDeletions;
  readonly view: PublishedView;
  readonly blocks: BlockUpkeep;
  readonly maintenance: Maintenance;
  readonly stats: DatabaseStats;
}

export interface BlockRange {
  readonly mintMs: number;
  /** The first time that is not in the block. */
  readonly endMs: number;
}

/**
 * Writes a block of each range that the head has something of. Rejects with whatever went wrong; then none is left. For
 * whoever has its turn.
 */
export async function writeHeadBlocks(
  ranges: Iterable<BlockRange>,
  what: Pick<CutJob, 'part' | 'deletesLate' | 'ended'>,
  parts: HeadBlocksParts,
): Promise<readonly BlockMeta[]> {
  const { head, deletions, blocks, maintenance, directory, clock, random, view, stats } = parts;
  const readerSlot = head.openReaderSlot();
  stats.writingBlocks++;
  const metas: BlockMeta[] = [];
  try {
    for (const { mintMs, endMs } of ranges) {
      const cut = await maintenance.run({
        ...what,
        kind: 'cut',
        directory,
        chunksHeadDirectory: view.current.chunksHeadDirectory,
        view: head.view(),
        readerSlot,
        deletions: deletions.all,
        ulid: createUlid(clock, random),
        mintMs,
        endMs,
      });
      if (cut === undefined) continue;
      addChunkFigures(stats.chunkFigures, cut.chunks);
      metas.push(cut.meta);
    }
    return metas;
  } catch (error) {
    for (const { ulid } of metas) await blocks.remove(ulid).catch(() => undefined);
    throw error;
  } finally {
    stats.writingBlocks--;
    head.closeReaderSlot(readerSlot);
  }
}

/** Shows what was written to all readers. Rejects where one cannot be read: the head then keeps its samples. */
export async function showHeadBlocks(metas: readonly BlockMeta[], blocks: BlockUpkeep): Promise<void> {
  for (const [place, reason] of await blocks.reload()) {
    if (!metas.some(({ ulid }) => place.endsWith(ulid))) continue;
    throw new UserError({
      code: 'broken-block',
      message: `the new block "${place}" cannot be read: ${reason}`,
    });
  }
}
