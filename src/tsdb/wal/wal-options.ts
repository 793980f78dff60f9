import type { Clock, Disk } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { Labels } from '../../model/index.js';
import type { SeriesRef } from '../../storage/index.js';
import type { WalCompression } from './frame-records.js';
import type { SeriesLedger } from './series-ledger.js';
import type { WalEvents } from './wal-stats.js';

/** When a commit may be told done: see docs/formats/wal.md. */
export type WalSync = 'commit' | 'interval' | 'none';

export interface WalWriterOptions {
  readonly disk: Disk;
  readonly clock: Clock;
  readonly directory: string;
  /** The index of the first segment to make: one above the last that exists. */
  readonly firstSegment: number;
  readonly ledger: SeriesLedger;
  /** On the memory that the rows of commits stand in. Scratch is taken from it and used again and again. */
  readonly kernels: Kernels;
  /** Of a series that is in the log; undefined when it is gone from the head. */
  seriesLabels(ref: SeriesRef): Labels | undefined;
  /**
   * Writes a series as records have it to the kernels' memory at `at`; answers where it ends, 0 when it is gone, -1 where
   * it does not fit before `end`. Without it series are written from their labels, which takes ten times as long.
   */
  writeSeries?(ref: SeriesRef, at: number, end: number): number;
  /** Series whose copies the first segment begins with. */
  readonly carried?: ArrayLike<number>;
  readonly sync?: WalSync;
  readonly segmentBytes?: number;
  readonly compression?: WalCompression;
  /** How long a commit that may wait (`LogRequest.mayWait`) waits for others to share its write; 0 when unsaid. */
  readonly gatherMs?: number;
  readonly events?: WalEvents;
}
