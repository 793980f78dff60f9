import * as path from 'node:path';
import type { Disk } from '../../base/index.js';
import { type ChunkSegments, openChunkSegments } from '../chunks/index.js';
import { type IndexReader, indexFileName, openIndex } from '../index/index.js';
import { readTombstones, type Tombstones } from '../tombstones/index.js';
import { type BlockMeta, readBlockMeta } from './block-meta.js';

export const chunksDirectoryName = 'chunks';

/** A block whose files are open: they stay readable when its directory is removed. */
export interface Block {
  readonly directory: string;
  readonly meta: BlockMeta;
  readonly index: IndexReader;
  readonly chunks: ChunkSegments;
  readonly tombstones: Tombstones;
  /** Of index and chunks. */
  readonly sizeBytes: number;
  /** Nothing may be read from it, or from a source of it, afterwards. */
  close(): Promise<void>;
}

/** Throws `CorruptionError` or the system's error, with nothing left open. */
export async function openBlock(options: {
  readonly disk: Disk;
  readonly directory: string;
}): Promise<Block> {
  const { disk, directory } = options;
  const meta = await readBlockMeta(disk, directory);
  const tombstones = await readTombstones(disk, directory);
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
    sizeBytes: index.sizeBytes + chunks.sizeBytes,
    async close() {
      await Promise.all([index.close(), chunks.close()]);
    },
  };
}
