import { DecodeError, type Disk } from '../../base/index.js';
import type { SegmentReport } from './repair-log.js';
import { SegmentReader } from './segment-reader.js';
import { listSegments } from './segments.js';

export interface RecordStart {
  readonly segment: number;
  readonly startByte: number;
}

export interface RecordWalk {
  readonly reports: readonly SegmentReport[];
  /** Records whose frame was whole and whose content was not. */
  unreadable: number;
}

/**
 * Shows every whole record of a directory of segments, with where it begins, around damage. `visit` may throw `DecodeError`: the record is
 * then counted and passed over. The bytes are valid during the call.
 */
export async function walkRecords(
  disk: Disk,
  directory: string,
  visit: (record: Uint8Array, place: RecordStart) => void,
): Promise<RecordWalk> {
  const reports: SegmentReport[] = [];
  const walk = { reports, unreadable: 0 };
  for (const { index, path } of await listSegments(disk, directory)) {
    const reader = await SegmentReader.open(disk, path);
    try {
      while (await reader.fill()) {
        while (reader.next()) {
          try {
            visit(reader.record, { segment: index, startByte: reader.recordStart });
          } catch (error) {
            if (!(error instanceof DecodeError)) throw error;
            walk.unreadable++;
          }
        }
      }
      const { sizeBytes, goodEndByte, damages } = reader;
      reports.push({ path, index, fromCheckpoint: false, sizeBytes, goodEndByte, damages });
    } finally {
      await reader.close();
    }
  }
  return walk;
}
