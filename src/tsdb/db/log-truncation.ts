import { type Clock, type Disk, messageOf } from '../../base/index.js';
import type { SeriesRef } from '../../storage/index.js';
import type { Head } from '../head/index.js';
import {
  lastCheckpoint,
  listSegments,
  planCheckpoint,
  removeCheckpointed,
  type WalCompression,
  type WalEvents,
  type WalWriter,
} from '../wal/index.js';
import { addElapsed, type DatabaseStats } from './database-stats.js';
import type { LateLog } from './late-log.js';
import type { Maintenance } from './maintenance.js';
import type { Publications } from './publications.js';

interface LogTruncationParts {
  readonly disk: Disk;
  readonly clock: Clock;
  /** The log's. */
  readonly directory: string;
  readonly head: Head;
  readonly writer: WalWriter;
  readonly lateLog: LateLog;
  readonly publications: Publications;
  readonly maintenance: Maintenance;
  readonly compression: WalCompression;
  readonly segmentBytes: number | undefined;
  readonly stats: DatabaseStats;
  readonly events: WalEvents;
}

interface GoneSeries {
  readonly refs: readonly SeriesRef[];
  /** The segment that was written when they went: later ones do not name them. */
  readonly segment: number;
}

/** Puts a checkpoint in the place of the log's older segments. Source: tsdb/head.go (truncateWAL). */
export class LogTruncation {
  readonly #parts: LogTruncationParts;
  #gone: GoneSeries[] = [];

  constructor(parts: LogTruncationParts) {
    this.#parts = parts;
  }

  seriesGone(refs: readonly SeriesRef[]): void {
    if (refs.length > 0) this.#gone.push({ refs, segment: this.#parts.stats.wal.currentSegment });
  }

  /**
   * Samples before `mintMs` are in blocks, or deleted; a start will read chunk files and the log from `deletionsFromMs`
   * on. Rejects with whatever went wrong; then the log is as it was.
   */
  async truncate(mintMs: number, deletionsFromMs: number): Promise<void> {
    const { disk, directory, writer, maintenance, compression, segmentBytes, stats, events } = this.#parts;
    const { lateLog, publications, clock } = this.#parts;
    const startMs = clock.monotonicMs();
    const segments = await listSegments(disk, directory);
    const checkpoint = await lastCheckpoint(disk, directory);
    const plan = planCheckpoint(segments, checkpoint?.index);
    await writer.nextSegment();
    if (plan === undefined) return;
    // A checkpoint leaves out late samples that are older than the head, and does not say where the others stood.
    await publications.settled();
    await lateLog.settled({ segment: stats.wal.currentSegment, endByte: 0 });
    const keptRefs = this.#keptRefs(plan.to);
    try {
      await maintenance.run({
        kind: 'checkpoint',
        directory,
        ...plan,
        mintMs,
        deletionsFromMs: Math.min(mintMs, deletionsFromMs),
        keptRefs,
        compression,
        ...(segmentBytes === undefined ? {} : { segmentBytes }),
      });
    } catch (error) {
      stats.checkpointsFailed++;
      throw error;
    }
    stats.checkpoints++;
    // Were the checkpoint damaged or lost, no later sample of these would find its labels.
    writer.copySeries(keptRefs);
    this.#gone = this.#gone.filter(({ segment }) => segment > plan.to);
    events.log('info', 'WAL checkpoint complete', { first: plan.from, last: plan.to });
    stats.checkpointDeletions++;
    try {
      await removeCheckpointed(disk, directory);
    } catch (error) {
      stats.checkpointDeletionsFailed++;
      events.log('error', 'Old WAL segments could not be removed', { err: messageOf(error) });
    }
    addElapsed(stats.logTruncationTime, clock.monotonicMs() - startMs);
  }

  /** In rising order. */
  #keptRefs(to: number): Float64Array {
    const { head } = this.#parts;
    const kept: number[] = [...head.refs()];
    for (const { refs, segment } of this.#gone) {
      // One by one: a call does not take as many arguments as a truncation may drop series.
      if (segment > to) for (const ref of refs) kept.push(ref);
    }
    return Float64Array.from(kept).sort();
  }
}
