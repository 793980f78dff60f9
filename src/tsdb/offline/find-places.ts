import * as path from 'node:path';
import { type Disk, UserError } from '../../base/index.js';
import { listBlocks, metaFileName } from '../block/index.js';
import { isHeadChunkFile } from '../chunks/index.js';
import { lastSnapshot, parseSnapshotName, type SnapshotDirectory } from '../snapshot/index.js';
import { lastCheckpoint, listSegments } from '../wal/index.js';

/** Where the parts of what was named lie; absent parts are undefined. */
export interface Places {
  /** Holds blocks. */
  readonly data?: string | undefined;
  readonly block?: string | undefined;
  readonly log?: string | undefined;
  readonly lateLog?: string | undefined;
  readonly chunksHead?: string | undefined;
  readonly snapshot?: SnapshotDirectory | undefined;
  /** Where logs or chunks stand by themselves, so that nothing may name their series. */
  readonly isLoose?: boolean;
}

/** How deep the one directory of an archive may lie. */
const maxNesting = 8;

/** Throws `UserError` where there is nothing to read. */
export async function findPlaces(disk: Disk, directory: string): Promise<Places> {
  const found = await placesIn(disk, directory);
  if (found !== undefined) return found;
  throw nothingIn(directory);
}

/** The same below directories that hold one directory and nothing else, as archives do. */
export async function findPlacesBelow(disk: Disk, root: string, named: string): Promise<Places> {
  let directory = root;
  for (let depth = 0; depth < maxNesting; depth++) {
    const found = await placesIn(disk, directory);
    if (found !== undefined) return found;
    const [only, ...others] = await disk.list(directory);
    if (only?.isDirectory !== true || others.length > 0) break;
    directory = path.join(directory, only.name);
  }
  throw nothingIn(named);
}

function nothingIn(directory: string): UserError {
  return new UserError({
    code: 'no-wal',
    message: `no write-ahead log and no block in "${directory}"`,
    suggestions: [
      'Name a data directory that holds a "wal" folder or blocks, the "wal" folder itself, the folder of a block, or an archive of one of them.',
    ],
  });
}

async function placesIn(disk: Disk, directory: string): Promise<Places | undefined> {
  if ((await disk.stat(directory))?.isDirectory !== true) return undefined;
  const inside = async (name: string): Promise<string | undefined> => {
    const target = path.join(directory, name);
    return (await disk.stat(target))?.isDirectory === true ? target : undefined;
  };
  if ((await disk.stat(path.join(directory, metaFileName))) !== undefined) return { block: directory };
  const [log, lateLog, chunksHead] = [await inside('wal'), await inside('wbl'), await inside('chunks_head')];
  const snapshot = await lastSnapshot(disk, directory);
  if (log !== undefined || snapshot !== undefined)
    return { data: directory, log, lateLog, chunksHead, snapshot };
  const { blocks, broken } = await listBlocks(disk, directory);
  if (blocks.length + broken.length > 0) return { data: directory };
  if (lateLog !== undefined || chunksHead !== undefined) return { lateLog, chunksHead, isLoose: true };
  return placesOfPart(disk, directory);
}

/** The directory may be a part of a data directory. */
async function placesOfPart(disk: Disk, directory: string): Promise<Places | undefined> {
  const snapshot = parseSnapshotName(directory);
  if (snapshot !== undefined) return { snapshot };
  const segments = await listSegments(disk, directory);
  const [first] = segments;
  if (first === undefined)
    return (await lastCheckpoint(disk, directory)) === undefined ? undefined : { log: directory };
  for (const segment of segments)
    if (await isHeadChunkFile(disk, segment.path)) return { chunksHead: directory, isLoose: true };
  if (path.basename(directory) === 'wbl') return { lateLog: directory, isLoose: true };
  return { log: directory };
}
