import * as path from 'node:path';
import {
  CorruptionError,
  type Disk,
  decodeUtf8,
  readRegularFile,
  writeFileDurably,
} from '../../base/index.js';
import { indexFileName } from '../index/index.js';
import { metaFileName, parseBlockMeta, writeBlockMeta } from './block-meta.js';

/** What Prometheus 2.1 wrote by mistake into meta.json, where the index has it too little. */
const mistakenVersion = 2;
const indexVersionOffset = 4;
const trueIndexVersion = 2;

/**
 * Prometheus 2.1 raised the version of meta.json instead of that of the index: puts both right, each file by itself
 * whole or as it was. False, with nothing touched, for any other block. Throws `CorruptionError` where meta.json is
 * none. Source: tsdb/repair.go.
 */
export async function repairIndexVersion(disk: Disk, directory: string): Promise<boolean> {
  const metaFile = path.join(directory, metaFileName);
  const text = decodeUtf8(await readRegularFile(disk, metaFile));
  const meta = metaOfMistake(text, metaFile);
  if (meta === undefined) return false;
  const indexFile = path.join(directory, indexFileName);
  const index = await readRegularFile(disk, indexFile);
  index[indexVersionOffset] = trueIndexVersion;
  // The index first: with meta.json put right alone, nobody would look at the block again.
  await writeFileDurably(disk, indexFile, index);
  await writeBlockMeta(disk, directory, meta);
  return true;
}

function metaOfMistake(text: string, file: string) {
  try {
    return parseBlockMeta(text, file, mistakenVersion);
  } catch (error) {
    if (error instanceof CorruptionError) return undefined;
    throw error;
  }
}
