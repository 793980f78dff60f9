import * as path from 'node:path';
import { type Clock, type Disk, errnoOf, systemClock, UserError } from '../../base/index.js';
import type { Metadata } from '../../model/index.js';
import { type CardinalityStats, createMemoryStore, type Queryable } from '../../storage/index.js';
import { listSegments, type SegmentReport } from '../wal/index.js';
import type { ReplayStats } from './database-stats.js';
import { type ReplayProgress, replayWal } from './replay-wal.js';

export interface ReadOnlyOptions {
  /** A data directory, or a `wal` directory. */
  readonly directory: string;
  readonly disk: Disk;
  readonly clock?: Clock;
  readonly onReplayProgress?: (progress: ReplayProgress) => void;
}

/** What a log held when it was read. */
export interface ReadOnlyDatabase extends Queryable {
  readonly stats: ReplayStats;
  /** Segment by segment, with what is damaged. */
  readonly segments: readonly SegmentReport[];
  readonly mintMs: number;
  readonly maxtMs: number;
  cardinality(limit: number): CardinalityStats;
  metadata(): ReadonlyMap<string, Metadata>;
  close(): Promise<void>;
}

const maxListings = 5;

/**
 * Reads a log without locking, writing or mending anything, beside whoever writes it: a torn last record is the end,
 * and when a file vanishes (a checkpoint took its place) reading begins again. Rejects with `UserError` when there is
 * no log.
 */
export async function openReadOnly(options: ReadOnlyOptions): Promise<ReadOnlyDatabase> {
  const { disk, clock = systemClock } = options;
  const directory = await findLog(disk, options.directory);
  for (let listing = 1; ; listing++) {
    const store = createMemoryStore();
    try {
      const onProgress = options.onReplayProgress;
      const { stats, reports } = await replayWal({ disk, clock, directory, store, onProgress });
      return {
        stats,
        segments: reports,
        mintMs: store.mintMs,
        maxtMs: store.maxtMs,
        querier: (window) => store.querier(window),
        cardinality: (limit) => store.cardinality(limit),
        metadata: () => store.metadata(),
        close: () => store.close(),
      };
    } catch (error) {
      if (errnoOf(error) !== 'ENOENT' || listing === maxListings) throw error;
    }
  }
}

async function findLog(disk: Disk, directory: string): Promise<string> {
  const inside = path.join(directory, 'wal');
  if ((await disk.stat(inside))?.isDirectory) return inside;
  if ((await disk.stat(directory))?.isDirectory && (await listSegments(disk, directory)).length > 0) {
    return directory;
  }
  throw new UserError({
    code: 'no-wal',
    message: `no write-ahead log in "${directory}"`,
    suggestions: ['Name a data directory that holds a "wal" folder, or the "wal" folder itself.'],
  });
}
