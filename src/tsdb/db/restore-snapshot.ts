import { CorruptionError, type Disk, runAtOnce } from '../../base/index.js';
import { type ChunkEncoding, sampleCountOf } from '../../chunkenc/index.js';
import { chunkTimeLimitMs } from '../../kernels/index.js';
import type { ChunkBytes, SeriesRef } from '../../storage/index.js';
import { dropDeleted } from '../block/index.js';
import type { Head } from '../head/index.js';
import { readSnapshot, type SnapshotChunk, type SnapshotRecord } from '../snapshot/index.js';
import type { SegmentReport } from '../wal/index.js';
import type { HeadDeletions } from './head-deletions.js';
import type { StoredChunks } from './stored-chunks.js';

export interface SnapshotTarget {
  readonly head: Head;
  readonly chunks: StoredChunks | undefined;
  readonly deletions: HeadDeletions;
  /** Of the log nothing is read that stands before the snapshot's place. */
  readonly replacesLog: boolean;
  /** Is told of each series. */
  readonly onSeries?: ((ref: SeriesRef) => void) | undefined;
}

/** Puts a chunk snapshot into the head, its series' chunks of `chunks_head` before its own. */
export async function restoreSnapshot(
  options: SnapshotTarget & { readonly disk: Disk; readonly directory: string },
): Promise<readonly SegmentReport[]> {
  const { disk, directory } = options;
  const { reports } = await readSnapshot(disk, directory, (record) => restore(record, options));
  return reports;
}

function restore(record: SnapshotRecord, target: SnapshotTarget): void {
  const { head, deletions, onSeries } = target;
  switch (record.kind) {
    case 'series':
      restoreSeries(record, target);
      onSeries?.(record.ref);
      return;
    case 'tombstones':
      for (const [ref, intervals] of record.tombstones) {
        head.reserveRefs(ref as SeriesRef);
        for (const deleted of intervals)
          if (deleted.maxtMs >= Math.max(head.minValidMs, -chunkTimeLimitMs))
            deletions.restore(ref as SeriesRef, deleted);
      }
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
  { head, chunks, replacesLog }: SnapshotTarget,
): void {
  head.restoreSeries(ref, labels);
  chunks?.restore(head, ref);
  const storedMs = head.newestMs(ref);
  // Where all of a series was on disk the log says behind the snapshot up to where: more may have come there later.
  if (replacesLog && chunk !== undefined) head.noteReplayed(ref, chunk.maxtMs);
  if (chunk === undefined || chunk.maxtMs <= storedMs || chunk.maxtMs < head.minValidMs) return;
  for (const piece of behind(chunk, storedMs)) {
    const samples = sampleCountOf(piece.encoding as ChunkEncoding, piece.bytes);
    const restored = { ...piece, ref, samples, isOutOfOrder: false };
    if (chunk.newest === undefined) head.restoreChunkBytes(restored, piece.bytes);
    else head.restoreNewest(restored, piece.bytes, chunk.newest);
  }
}

/**
 * The samples of a chunk that are not on disk: a start that read the log may have brought some there, in chunks that end
 * elsewhere.
 */
function behind(chunk: SnapshotChunk, storedMs: number): readonly ChunkBytes[] {
  try {
    return dropDeleted(chunk, [{ mintMs: Number.NEGATIVE_INFINITY, maxtMs: storedMs }]);
  } catch (error) {
    if (error instanceof CorruptionError) return [chunk];
    throw error;
  }
}
