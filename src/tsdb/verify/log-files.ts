import * as path from 'node:path';
import type { Disk } from '../../base/index.js';
import { lastCheckpoint, listSegments, type SegmentFile } from '../wal/index.js';

/** A segment of a log or of its checkpoint. */
export interface LogFile extends SegmentFile {
  readonly directory: string;
  readonly isCheckpoint: boolean;
  /** Of the files given; a crash may have torn its last record. */
  readonly isLast: boolean;
}

/** What a log consists of, in the order of reading: the newest checkpoint's segments, then those behind it. */
export async function listLogFiles(disk: Disk, directory: string): Promise<LogFile[]> {
  const checkpoint = await lastCheckpoint(disk, directory);
  const stored = checkpoint === undefined ? [] : await listSegments(disk, checkpoint.path);
  const segments = await listSegments(disk, directory);
  const isOwnCheckpoint = path.basename(path.resolve(directory)).startsWith('checkpoint.');
  return [
    ...stored.map((file) => ({
      ...file,
      directory: checkpoint?.path ?? '',
      isCheckpoint: true,
      isLast: false,
    })),
    ...segments.map((file, i) => ({
      ...file,
      directory,
      isCheckpoint: isOwnCheckpoint,
      isLast: !isOwnCheckpoint && i === segments.length - 1,
    })),
  ];
}
