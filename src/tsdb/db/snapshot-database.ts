import * as path from 'node:path';
import { type Clock, type Disk, type Random, UserError } from '../../base/index.js';
import { createUlid, isUlid } from '../block/index.js';
import type { Head } from '../head/index.js';
import type { WalEvents } from '../wal/index.js';
import type { HeadDeletions } from './head-deletions.js';
import type { Maintenance } from './maintenance.js';
import type { PublishedView } from './published-view.js';

export interface SnapshotParts {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly random: Random;
  /** The data directory. */
  readonly directory: string;
  readonly head: Head;
  readonly deletions: HeadDeletions;
  readonly view: PublishedView;
  readonly maintenance: Maintenance;
  readonly events: WalEvents;
}

export const unfinishedSuffix = '.tmp-for-creation';

/**
 * Links the blocks into a directory, which is made, and writes what the head holds as a block beside them. Blocks never
 * change in place, but for deletions, which are put there by a new file. The directory has its name when it is whole.
 * For whoever has its turn. Source: tsdb/db.go (Snapshot), tsdb/block.go (Snapshot).
 */
export async function snapshotDatabase(into: string, withHead: boolean, parts: SnapshotParts): Promise<void> {
  const { disk, directory } = parts;
  if (path.resolve(into) === path.resolve(directory))
    throw new UserError({ code: 'bad-snapshot', message: 'cannot snapshot into base directory' });
  if (isUlid(path.basename(into)))
    throw new UserError({ code: 'bad-snapshot', message: 'dir must not be a valid ULID' });
  if ((await disk.stat(into)) !== undefined)
    throw new UserError({ code: 'bad-snapshot', message: `"${into}" is there already` });
  const unfinished = `${into}${unfinishedSuffix}`;
  await disk.remove(unfinished);
  try {
    await fill(unfinished, withHead, parts);
    await disk.rename(unfinished, into);
    await disk.syncDirectory(path.dirname(into));
  } catch (error) {
    await disk.remove(unfinished).catch(() => undefined);
    throw error;
  }
}

async function fill(into: string, withHead: boolean, parts: SnapshotParts): Promise<void> {
  const { disk, view, events } = parts;
  await disk.makeDirectory(into);
  for (const block of view.current.blocks) {
    events.log('info', 'Snapshotting block', { block: block.ulid });
    await linkAll(disk, block.directory, path.join(into, block.ulid));
  }
  if (withHead) await writeHead(into, parts);
  await disk.syncDirectory(into);
}

/** What a process that ended has left in the directory of snapshots. */
export async function removeUnfinishedSnapshots(disk: Disk, snapshots: string): Promise<void> {
  if ((await disk.stat(snapshots)) === undefined) return;
  for (const { name } of await disk.list(snapshots))
    if (name.endsWith(unfinishedSuffix)) await disk.remove(path.join(snapshots, name));
}

/** `link` puts a file into the copy. */
export async function linkAll(
  disk: Disk,
  from: string,
  to: string,
  link = (file: string, target: string): Promise<void> => disk.link(file, target),
): Promise<void> {
  await disk.makeDirectory(to);
  for (const { name, isDirectory } of await disk.list(from)) {
    // A file that was to take the place of another.
    if (name.endsWith('.tmp')) continue;
    const [source, target] = [path.join(from, name), path.join(to, name)];
    if (isDirectory) await linkAll(disk, source, target, link);
    else await link(source, target);
  }
  await disk.syncDirectory(to);
}

async function writeHead(into: string, parts: SnapshotParts): Promise<void> {
  const { head, deletions, view, maintenance, clock, random } = parts;
  if (head.mintMs > head.maxtMs) return;
  const readerSlot = head.openReaderSlot();
  try {
    await maintenance.run({
      kind: 'cut',
      directory: into,
      chunksHeadDirectory: view.current.chunksHeadDirectory,
      view: head.view(),
      readerSlot,
      deletions: deletions.all,
      ulid: createUlid(clock, random),
      mintMs: head.mintMs,
      endMs: head.maxtMs + 1,
    });
  } finally {
    head.closeReaderSlot(readerSlot);
  }
}
