import * as path from 'node:path';
import { type Disk, UserError } from '../../base/index.js';
import { type Block, isUlid, metaFileName, openBlock } from '../block/index.js';

/** Of a ULID, the characters that tell its time; they sort as it does. */
const timeCharacters = 10;

async function mustExist(disk: Disk, target: string, doing: string): Promise<void> {
  if ((await disk.stat(target)) !== undefined) return;
  throw new UserError({
    code: 'not-found',
    message: `${doing}: stat ${target}: no such file or directory`,
  });
}

/** Throws `UserError` with upstream's text unless there is such a directory. Source: tsdb/db.go `OpenDBReadOnly`. */
export function openDataDirectory(disk: Disk, directory: string): Promise<void> {
  return mustExist(disk, directory, 'opening the db dir');
}

/** Nothing is written there; where it is missing upstream ends, and so do scripts that rely on it. */
export function checkSandboxRoot(disk: Disk, directory: string): Promise<void> {
  return mustExist(disk, directory, 'setting up sandbox dir');
}

/** Whether the directory is a block itself. */
export async function isBlockDirectory(disk: Disk, directory: string): Promise<boolean> {
  return (await disk.stat(path.join(directory, metaFileName))) !== undefined;
}

/** The name of the block that was made last. Source: tsdb/db.go `LastBlockID`. */
export async function lastBlockId(disk: Disk, directory: string): Promise<string> {
  let last: string | undefined;
  const names = (await disk.list(directory)).map(({ name }) => name).filter(isUlid);
  for (const name of names.sort()) {
    if (last === undefined || name.slice(0, timeCharacters) > last.slice(0, timeCharacters)) last = name;
  }
  if (last !== undefined) return last;
  throw new UserError({
    code: 'no-blocks',
    message: 'no blocks found',
    suggestions: [
      `"${directory}" holds no folder of a block, whose name is 26 characters such as 01ARZ3NDEKTSV4RRFFQ69G5FAV`,
    ],
  });
}

/** Opens the block of this name, or the last one, or the directory where it is a block itself. Throws `UserError` where there is none, `CorruptionError`. */
export async function openNamedBlock(
  disk: Disk,
  { directory, name }: { readonly directory: string; readonly name: string | undefined },
): Promise<Block> {
  await openDataDirectory(disk, directory);
  if (!name && (await isBlockDirectory(disk, directory))) return openBlock({ disk, directory });
  const id = name || (await lastBlockId(disk, directory));
  const target = path.join(directory, id);
  if ((await disk.stat(target)) === undefined) {
    throw new UserError({
      code: 'not-found',
      message: `invalid block ID ${id}`,
      suggestions: [`list the blocks with "tsprom tsdb list ${directory}"`],
    });
  }
  return openBlock({ disk, directory: target });
}
