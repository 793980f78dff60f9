import type { Disk } from '../../base/index.js';
import { type RecordWalk, walkRecords } from '../wal/index.js';
import { decodeSnapshotRecord, type SnapshotRecord } from './snapshot-records.js';

/**
 * Shows what a chunk snapshot holds, around damage: upstream gives the whole snapshot up at the first fault, since it
 * has the log to fall back on, which a copy may lack. Chunks and labels are valid during the call.
 */
export function readSnapshot(
  disk: Disk,
  directory: string,
  visit: (record: SnapshotRecord) => void,
): Promise<RecordWalk> {
  return walkRecords(disk, directory, (bytes) => visit(decodeSnapshotRecord(bytes)));
}
