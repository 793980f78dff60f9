import type { Clock, Disk } from '../../base/index.js';
import type { Metadata } from '../../model/index.js';
import type { CardinalityStats, Queryable } from '../../storage/index.js';
import type { LateLogStats, ReplayProgress, ReplayStats } from '../db/index.js';
import type { SegmentReport } from '../wal/index.js';

export interface ReadOnlyOptions {
  /**
   * A data directory, or a part of one by itself: a block, a snapshot without a log, `wal`, a checkpoint, `wbl`,
   * `chunks_head`, a chunk snapshot; or an archive of any of these (`.tar`, `.tar.gz`, `.tgz`, `.zip`).
   */
  readonly directory: string;
  readonly disk: Disk;
  readonly clock?: Clock;
  /** The compiled kernels; read from the installation when unsaid. */
  readonly kernelModule?: WebAssembly.Module;
  readonly onReplayProgress?: (progress: ReplayProgress) => void;
  /**
   * Where the head begins: behind the last block that holds samples in order, as a server has it (`in-order`, the
   * default), or behind whatever block begins last, as `promtool tsdb dump` has it, which so leaves out what the log
   * alone holds beside a late block (`last-block`). Source: tsdb/db.go inOrderBlocksMaxTime, loadDataAsQueryable.
   */
  readonly headFrom?: 'in-order' | 'last-block';
  /** Makes an empty directory that nobody else can read, for the contents of an archive. */
  readonly temporaryDirectory?: () => Promise<string>;
  /** The contents of an archive may take so much on disk; 64 GiB. */
  readonly maxArchiveBytes?: number;
  readonly signal?: AbortSignal;
}

/** What a directory held when it was read. Queries with `SelectRequest.onDamage` go on where files are damaged. */
export interface ReadOnlyDatabase extends Queryable {
  readonly stats: ReplayStats;
  readonly lateLog: LateLogStats;
  /** The logs, segment by segment, with what is damaged: checkpoint, `wal`, `wbl`, chunk snapshot. */
  readonly segments: readonly SegmentReport[];
  /** Files and directories that cannot be read, or not to their end, with why: blocks, and files of `chunks_head`. */
  readonly brokenBlocks: ReadonlyMap<string, string>;
  /** Of blocks and head. */
  readonly mintMs: number;
  readonly maxtMs: number;
  /** Of the head. */
  cardinality(limit: number): CardinalityStats;
  metadata(): ReadonlyMap<string, Metadata>;
  /** Removes what was unpacked. */
  close(): Promise<void>;
}
