import { type Disk, runAtOnce } from '../../base/index.js';
import type { SeriesRef } from '../../storage/index.js';
import type { HeadDeletions, StoredChunks } from '../db/index.js';
import type { Head } from '../head/index.js';
import { readSnapshot, type SnapshotRecord } from '../snapshot/index.js';
import type { SegmentReport } from '../wal/index.js';

interface SnapshotTarget {
  readonly head: Head;
  readonly chunks: StoredChunks | undefined;
  readonly deletions: HeadDeletions;
}

/** Puts a chunk snapshot into the head, its series' chunks of `chunks_head` before its own. */
export async function restoreSnapshot(
  options: SnapshotTarget & { readonly disk: Disk; readonly directory: string },
): Promise<readonly SegmentReport[]> {
  const { disk, directory } = options;
  const { reports } = await readSnapshot(disk, directory, (record) => restore(record, options));
  return reports;
}

function restore(record: SnapshotRecord, { head, chunks, deletions }: SnapshotTarget): void {
  switch (record.kind) {
    case 'series':
      restoreSeries(record, head, chunks);
      return;
    case 'tombstones':
      for (const [ref, intervals] of record.tombstones)
        for (const deleted of intervals) deletions.restore(ref as SeriesRef, deleted);
      return;
    case 'exemplars': {
      const appender = head.appender();
      for (const { ref, exemplar } of record.entries)
        if (head.hasSeries(ref)) appender.appendExemplar(ref, exemplar);
      runAtOnce(appender.publish());
    }
  }
}

function restoreSeries(
  { ref, labels, chunk }: Extract<SnapshotRecord, { kind: 'series' }>,
  head: Head,
  chunks: StoredChunks | undefined,
): void {
  head.restoreSeries(ref, labels);
  chunks?.restore(head, ref);
  // A chunk that went to disk behind the snapshot holds these samples too.
  if (chunk === undefined || chunk.mintMs <= head.newestMs(ref) || chunk.maxtMs < head.minValidMs) return;
  head.restoreChunkBytes({ ...chunk, ref, isOutOfOrder: false }, chunk.bytes);
}
