import * as path from 'node:path';
import { CorruptionError, type Disk, errnoOf } from '../../base/index.js';
import { type ChunkSpan, indexFileName, readChunkSpan } from '../index/index.js';
import { type BlockMeta, metaFileName, readBlockMeta } from './block-meta.js';

/** About a hundred series: whoever changed the times by more than a scrape is found out by them. */
const firstSeriesBytes = 16 << 10;

export interface SoundMeta {
  readonly meta: BlockMeta;
  /** What is wrong with the times in the file. */
  readonly damage?: string;
}

/**
 * What a block says of itself, where its first series agree with its times. A turned bit in them, which no checksum
 * tells, would hide samples from queries, have them removed as too old, or leave them out of what is merged: where
 * they do not agree, the span of all chunks is added to them. `isThorough` asks all series. Rejects as `readBlockMeta`.
 */
export async function readSoundMeta(disk: Disk, directory: string, isThorough = false): Promise<SoundMeta> {
  const meta = await readBlockMeta(disk, directory);
  const index = path.join(directory, indexFileName);
  try {
    const first = await readChunkSpan(disk, index, isThorough ? undefined : firstSeriesBytes);
    if (first === undefined || holds(meta, first)) return { meta };
    const all = (await readChunkSpan(disk, index)) ?? first;
    const file = path.join(directory, metaFileName);
    return {
      meta: {
        ...meta,
        mintMs: Math.min(meta.mintMs, all.mintMs),
        endMs: Math.max(meta.endMs, all.maxtMs + 1),
      },
      damage: `${file}: samples from ${all.mintMs} to ${all.maxtMs} in a block from ${meta.mintMs} to ${meta.endMs}`,
    };
  } catch (error) {
    // Whoever opens the index tells what is wrong with it.
    if (error instanceof CorruptionError || errnoOf(error) === 'ENOENT') return { meta };
    throw error;
  }
}

function holds({ mintMs, endMs }: BlockMeta, span: ChunkSpan): boolean {
  return mintMs <= span.mintMs && span.maxtMs < endMs;
}
