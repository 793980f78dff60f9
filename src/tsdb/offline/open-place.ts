import * as path from 'node:path';
import { type Disk, systemTemporaryDirectory } from '../../base/index.js';
import { isArchive, unpackArchive } from './archive/index.js';

/** How deep the one directory of an archive may lie. */
const maxNesting = 8;
export const defaultArchiveBytes = 64 * 2 ** 30;
const partName = /^([0-9A-Z]{26}|wal)$/;
const standaloneName = /^(wbl|chunks_head|checkpoint\.\d+|chunk_snapshot\.\d+\.\d+)$/;

export interface PlaceOptions {
  readonly disk: Disk;
  /** A directory, or an archive of one: `.tar`, `.tar.gz`, `.tgz`, `.zip`. */
  readonly path: string;
  /** Makes an empty directory that nobody else can read, for the contents of an archive. */
  readonly temporaryDirectory?: () => Promise<string>;
  readonly maxArchiveBytes?: number;
  readonly signal?: AbortSignal;
}

/** A directory to read. */
export interface OpenedPlace {
  /** What was named; of an archive, where its files lie until `close`. */
  readonly directory: string;
  readonly isUnpacked: boolean;
  /** A text about files of the directory, with the names that its reader knows. */
  told(text: string): string;
  /** Removes what was unpacked. May be called again. */
  close(): Promise<void>;
}

/** Unpacks an archive; a directory, and what does not exist, stays what it is. Throws `UserError`. */
export async function openPlace(options: PlaceOptions): Promise<OpenedPlace> {
  const { disk, path: named, maxArchiveBytes: maxBytes = defaultArchiveBytes, signal } = options;
  if (!(await isArchive(disk, named)))
    return { directory: named, isUnpacked: false, told: (text) => text, close: () => Promise.resolve() };
  const root = await (options.temporaryDirectory ?? systemTemporaryDirectory)();
  const close = (): Promise<void> => disk.remove(root);
  try {
    await unpackArchive({ disk, archive: named, into: root, maxBytes, signal });
    signal?.throwIfAborted();
    const directory = await onlyDirectory(disk, root);
    const told = (text: string): string => text.replaceAll(directory, named).replaceAll(root, named);
    return { directory, isUnpacked: true, told, close };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Below directories that hold one directory and nothing else. */
async function onlyDirectory(disk: Disk, root: string): Promise<string> {
  let directory = root;
  for (let depth = 0; depth < maxNesting; depth++) {
    const [only, ...others] = await disk.list(directory);
    if (only?.isDirectory !== true || others.length > 0) break;
    // A block alone is read as a data directory that holds one, and so is a log; a checkpoint is a log by itself.
    const isStandalone = standaloneName.test(only.name);
    if (!isStandalone && partName.test(only.name)) break;
    directory = path.join(directory, only.name);
    if (isStandalone) break;
  }
  return directory;
}
