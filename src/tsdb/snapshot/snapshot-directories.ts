import * as path from 'node:path';
import type { Disk } from '../../base/index.js';

export interface SnapshotDirectory {
  readonly path: string;
  /** The log's segment, and the byte in it, behind which the log goes on. */
  readonly segment: number;
  readonly offset: number;
}

export const unfinishedSuffix = '.tmp';
const snapshotName = /^chunk_snapshot\.([0-9]+)\.([0-9]+)$/;

export function snapshotNameOf(segment: number, offset: number): string {
  return `chunk_snapshot.${String(segment).padStart(6, '0')}.${String(offset).padStart(10, '0')}`;
}

/** Undefined for a name that is none; those still being made (`.tmp`) are none. */
export function parseSnapshotName(directory: string): SnapshotDirectory | undefined {
  const found = snapshotName.exec(path.basename(directory));
  if (found === null) return undefined;
  return { path: directory, segment: Number(found[1]), offset: Number(found[2]) };
}

/** The chunk snapshots of a data directory, oldest first. */
export async function listSnapshots(disk: Disk, directory: string): Promise<readonly SnapshotDirectory[]> {
  const found: SnapshotDirectory[] = [];
  for (const { name, isDirectory } of await disk.list(directory)) {
    const snapshot = isDirectory ? parseSnapshotName(path.join(directory, name)) : undefined;
    if (snapshot !== undefined) found.push(snapshot);
  }
  return found.sort((a, b) => a.segment - b.segment || a.offset - b.offset);
}

/** The newest chunk snapshot of a data directory. Source: tsdb/head_wal.go LastChunkSnapshot. */
export async function lastSnapshot(disk: Disk, directory: string): Promise<SnapshotDirectory | undefined> {
  return (await listSnapshots(disk, directory)).at(-1);
}

/** Gone for good, and whole until then. */
export async function removeSnapshot(disk: Disk, snapshot: string): Promise<void> {
  const temporary = `${snapshot}${unfinishedSuffix}`;
  await disk.rename(snapshot, temporary);
  await disk.syncDirectory(path.dirname(snapshot));
  await disk.remove(temporary);
}

/** Those that were never finished, or are to go. */
export async function removeTemporarySnapshots(disk: Disk, directory: string): Promise<void> {
  for (const { name, isDirectory } of await disk.list(directory)) {
    if (!isDirectory || !name.endsWith(unfinishedSuffix)) continue;
    const finished = name.slice(0, -unfinishedSuffix.length);
    if (snapshotName.test(finished)) await disk.remove(path.join(directory, name));
  }
}
