/**
 * The columns of one series while sources append to them: floats in a memory of kernels as long as all samples are
 * floats in rising time, in plain rows from the first that is not.
 */
import type { KernelScope } from '../../kernels/index.js';
import type { Histogram } from '../../model/index.js';
import type { SeriesColumns } from '../../storage/index.js';

export interface ColumnWriter {
  readonly scope: KernelScope;
  readonly mintMs: number;
  readonly maxtMs: number;
  /** Forgets all rows. */
  reset(): void;
  /**
   * Decodes a chunk from the scope's memory, keeping the samples in the window that are later than every row so far
   * (an earlier one or one at a time that is taken goes through the merging path: the first source wins).
   * Throws `CorruptionError`-able faults as numbers of `chunkFault`; 0 when all is well.
   */
  appendChunk(encoding: number, at: number, length: number): number;
  /** One sample at a time, for what is not in a chunk; floats as their two words. */
  appendFloat(timestampMs: number, low: number, high: number): void;
  appendHistogram(timestampMs: number, histogram: Histogram): void;
  /** Valid until the next `reset` or append. */
  readonly columns: SeriesColumns;
  close(): void;
}
