import * as path from 'node:path';
import type { Disk } from '../../base/index.js';

export interface SegmentFile {
  readonly index: number;
  readonly name: string;
  readonly path: string;
}

export interface CheckpointDirectory {
  /** Of the last segment that the checkpoint stands for. */
  readonly index: number;
  readonly path: string;
}

const segmentName = /^[0-9]+$/;
const checkpointName = /^checkpoint\.([0-9]+)$/;

export function segmentFileName(index: number): string {
  return String(index).padStart(8, '0');
}

/** The segments of a log directory or a checkpoint in rising order; other names are passed over, as upstream does. */
export async function listSegments(disk: Disk, directory: string): Promise<SegmentFile[]> {
  const segments: SegmentFile[] = [];
  for (const { name, isDirectory } of await disk.list(directory)) {
    const index = Number(name);
    if (isDirectory || !segmentName.test(name) || !Number.isSafeInteger(index)) continue;
    segments.push({ index, name, path: path.join(directory, name) });
  }
  return segments.sort((a, b) => a.index - b.index);
}

/** The newest checkpoint, or undefined; those still being made (`.tmp`) do not count. */
export async function lastCheckpoint(
  disk: Disk,
  directory: string,
): Promise<CheckpointDirectory | undefined> {
  let last: CheckpointDirectory | undefined;
  for (const { name, isDirectory } of await disk.list(directory)) {
    const digits = checkpointName.exec(name)?.[1];
    if (!isDirectory || digits === undefined) continue;
    const index = Number(digits);
    if (last === undefined || index > last.index) last = { index, path: path.join(directory, name) };
  }
  return last;
}

export async function makeEmptySegment(disk: Disk, directory: string, index: number): Promise<void> {
  const file = await disk.open(path.join(directory, segmentFileName(index)), 'create');
  await file.close();
}
