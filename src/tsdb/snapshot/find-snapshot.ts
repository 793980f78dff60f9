import * as path from 'node:path';
import type { Disk } from '../../base/index.js';

export interface SnapshotDirectory {
  readonly path: string;
  /** The log's segment, and the byte in it, behind which the log goes on. */
  readonly segment: number;
  readonly offset: number;
}

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

/** The newest chunk snapshot of a data directory. Source: tsdb/head_wal.go LastChunkSnapshot. */
export async function lastSnapshot(disk: Disk, directory: string): Promise<SnapshotDirectory | undefined> {
  let last: SnapshotDirectory | undefined;
  for (const { name, isDirectory } of await disk.list(directory)) {
    const found = isDirectory ? parseSnapshotName(path.join(directory, name)) : undefined;
    if (found === undefined) continue;
    const isLater =
      last === undefined ||
      found.segment > last.segment ||
      (found.segment === last.segment && found.offset > last.offset);
    if (isLater) last = found;
  }
  return last;
}
