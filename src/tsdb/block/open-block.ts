import * as path from 'node:path';
import { CorruptionError, type Disk } from '../../base/index.js';
import { type ChunkSegments, openChunkSegments } from '../chunks/index.js';
import { type IndexReader, indexFileName, openIndex } from '../index/index.js';
import { noTombstones, readTombstones, type Tombstones } from '../tombstones/index.js';
import type { BlockMeta } from './block-meta.js';
import { readSoundMeta } from './sound-meta.js';

export const chunksDirectoryName = 'chunks';

/** A block whose files are open: they stay readable when its directory is removed. */
export interface Block {
  readonly directory: string;
  /** As `readSoundMeta` answers it. */
  readonly meta: BlockMeta;
  readonly index: IndexReader;
  readonly chunks: ChunkSegments;
  readonly tombstones: Tombstones;
  /** Why the deletions cannot be read. */
  readonly tombstonesDamage: string | undefined;
  /** The same where `meta.json` says that there are some: what was deleted is then there. */
  readonly lostDeletions: string | undefined;
  /** Of index and chunks. */
  readonly sizeBytes: number;
  /** Nothing may be read from it, or from a source of it, afterwards. */
  close(): Promise<void>;
}

/** Throws `CorruptionError` or the system's error, with nothing left open. */
export async function openBlock(options: {
  readonly disk: Disk;
  readonly directory: string;
  /** Whether deletions must be readable: all, where there are some, or none. All by default. */
  readonly deletions?: 'all' | 'some' | 'none';
  /** Whether every series is asked if it lies within the block's times, and not the first ones alone. */
  readonly isThorough?: boolean;
}): Promise<Block> {
  const { disk, directory, deletions = 'all', isThorough } = options;
  const { meta } = await readSoundMeta(disk, directory, isThorough);
  const { tombstones, damage } = await readDeletions(disk, directory);
  const lost = (meta.stats.numTombstones ?? 0) > 0 ? damage : undefined;
  const fault = { all: damage, some: lost, none: undefined }[deletions];
  if (fault !== undefined) throw fault;
  const chunks = await openChunkSegments(disk, path.join(directory, chunksDirectoryName));
  let index: IndexReader;
  try {
    index = await openIndex(disk, path.join(directory, indexFileName));
  } catch (error) {
    await chunks.close();
    throw error;
  }
  return {
    directory,
    meta,
    index,
    chunks,
    tombstones,
    tombstonesDamage: damage?.message,
    lostDeletions: lost?.message,
    sizeBytes: index.sizeBytes + chunks.sizeBytes,
    async close() {
      await Promise.all([index.close(), chunks.close()]);
    },
  };
}

async function readDeletions(
  disk: Disk,
  directory: string,
): Promise<{ readonly tombstones: Tombstones; readonly damage?: CorruptionError }> {
  try {
    return { tombstones: await readTombstones(disk, directory) };
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    return { tombstones: noTombstones, damage: error };
  }
}
