/**
 * The columns of one series while sources append to them: floats in a memory of kernels as long as all samples are
 * floats in rising time, in plain rows from the first that is not.
 */
import type { CorruptionError } from '../../base/index.js';
import type { KernelScope } from '../../kernels/index.js';
import type { Histogram } from '../../model/index.js';
import type { SeriesColumns } from '../../storage/index.js';

/** Chunk records at `offsets` `first` to `end` (excluded), the first of which begins at the address `at`. */
export interface ChunkRecords {
  readonly at: number;
  /** Nothing behind so many bytes is looked at. */
  readonly available: number;
  readonly offsets: Float64Array;
  readonly first: number;
  readonly end: number;
}

export interface ColumnWriter {
  readonly scope: KernelScope;
  readonly mintMs: number;
  readonly maxtMs: number;
  /** As `SelectRequest.onDamage`. */
  readonly onDamage?: ((damage: CorruptionError) => void) | undefined;
  /** Forgets all rows. */
  reset(): void;
  /**
   * Decodes a chunk from the scope's memory, keeping the samples in the window that are later than every row so far
   * (an earlier one or one at a time that is taken goes through the merging path: the first source wins).
   * Throws `CorruptionError`-able faults as numbers of `chunkFault`; 0 when all is well.
   */
  appendChunk(encoding: number, at: number, length: number): number;
  /**
   * The same of chunks as a block's file holds them, length and checksum around them, in the scope's memory. Answers how
   * many of them are done; from the next one on they are to be appended one at a time.
   */
  appendRecords?(records: ChunkRecords): number;
  /** One sample at a time, for what is not in a chunk; floats as their two words. */
  appendFloat(timestampMs: number, low: number, high: number): void;
  appendHistogram(timestampMs: number, histogram: Histogram): void;
  /** Valid until the next `reset` or append. */
  readonly columns: SeriesColumns;
  close(): void;
}
