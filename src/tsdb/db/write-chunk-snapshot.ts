import type { Clock, Disk } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { Head } from '../head/index.js';
import { listSnapshots, removeSnapshot, type SnapshotSeries, writeSnapshot } from '../snapshot/index.js';
import type { DeletedInterval, Tombstones } from '../tombstones/index.js';
import type { LogPlace, WalCompression, WalEvents } from '../wal/index.js';
import type { HeadDeletions } from './head-deletions.js';

interface ChunkSnapshotParts {
  readonly disk: Disk;
  readonly clock: Clock;
  /** The data directory. */
  readonly directory: string;
  readonly head: Head;
  readonly kernels: Kernels;
  readonly deletions: HeadDeletions;
  readonly compression: WalCompression | undefined;
  readonly events: WalEvents;
}

/**
 * Writes what stands in the head's memory alone, for a start that goes on with the log at `end`, and removes the
 * snapshots before it. For a head whose other samples are on stable storage, and to which nothing comes any more. Rejects
 * with the system's error; then there is none more than before. Source: tsdb/head_wal.go (ChunkSnapshot).
 */
export async function writeChunkSnapshot(end: LogPlace, parts: ChunkSnapshotParts): Promise<void> {
  const { disk, clock, directory, head, kernels, deletions, compression, events } = parts;
  const startMs = clock.monotonicMs();
  events.log('info', 'creating chunk snapshot', {});
  const before = await listSnapshots(disk, directory);
  const isThere = before.some(({ segment, offset }) => segment === end.segment && offset === end.endByte);
  if (isThere) return;
  const dir = await writeSnapshot(
    {
      ...{ directory, segment: end.segment, offset: end.endByte },
      series: seriesOf(head),
      tombstones: withHighest(deletions.all, head),
      exemplars: head.allExemplars(),
      ...(compression === undefined ? {} : { compression }),
    },
    { disk, kernels },
  );
  for (const { path } of before) await removeSnapshot(disk, path);
  const duration = `${((clock.monotonicMs() - startMs) / 1000).toFixed(3)}s`;
  events.log('info', 'chunk snapshot complete', { duration, num_series: head.seriesCount, dir });
}

/** The last reference of a series has the chunk: those before it have what stands in front of that on disk. */
function* seriesOf(head: Head): Iterable<SnapshotSeries> {
  for (const { ref, otherRefs, labels, chunks } of head.inMemory()) {
    if (chunks.length > 1) throw new Error(`series ${ref} has ${chunks.length} chunks that are not on disk`);
    const refs = [ref, ...otherRefs];
    for (const [i, each] of refs.entries())
      yield {
        ref: each,
        labels,
        ...(i === refs.length - 1 && chunks[0] !== undefined ? { chunk: chunks[0] } : {}),
      };
  }
}

/** With a deletion of nothing by the highest reference there ever was: a start gives no series one that the log names. */
function withHighest(all: Tombstones, head: Head): Tombstones {
  const never: DeletedInterval = { mintMs: Number.NEGATIVE_INFINITY, maxtMs: Number.NEGATIVE_INFINITY };
  const ref = head.highestRef;
  return ref === 0 ? all : new Map(all).set(ref, [never, ...(all.get(ref) ?? [])]);
}
