import * as path from 'node:path';
import { CorruptionError, type Disk } from '../../base/index.js';
import { type ChunkSegments, openChunkSegments } from '../chunks/index.js';
import { type IndexReader, indexFileName, openIndex } from '../index/index.js';
import { noTombstones, readTombstones, type Tombstones } from '../tombstones/index.js';
import { type BlockMeta, readBlockMeta } from './block-meta.js';

export const chunksDirectoryName = 'chunks';

/** A block whose files are open: they stay readable when its directory is removed. */
export interface Block {
  readonly directory: string;
  readonly meta: BlockMeta;
  readonly index: IndexReader;
  readonly chunks: ChunkSegments;
  readonly tombstones: Tombstones;
  /** Why the deletions cannot be read: what was deleted is then there. */
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
  /** Takes a block whose deletions cannot be read (`lostDeletions`). */
  readonly withoutDeletions?: boolean;
}): Promise<Block> {
  const { disk, directory, withoutDeletions = false } = options;
  const meta = await readBlockMeta(disk, directory);
  const { tombstones, lostDeletions } = await readDeletions(disk, directory, meta);
  if (lostDeletions !== undefined && !withoutDeletions) throw lostDeletions;
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
    lostDeletions: lostDeletions?.message,
    sizeBytes: index.sizeBytes + chunks.sizeBytes,
    async close() {
      await Promise.all([index.close(), chunks.close()]);
    },
  };
}

/** A damaged file of a block whose `meta.json` says that nothing is deleted has lost nothing. */
async function readDeletions(
  disk: Disk,
  directory: string,
  { stats }: BlockMeta,
): Promise<{ readonly tombstones: Tombstones; readonly lostDeletions?: CorruptionError }> {
  try {
    return { tombstones: await readTombstones(disk, directory) };
  } catch (error) {
    if (!(error instanceof CorruptionError)) throw error;
    const isNone = (stats.numTombstones ?? 0) === 0;
    return { tombstones: noTombstones, ...(isNone ? {} : { lostDeletions: error }) };
  }
}
