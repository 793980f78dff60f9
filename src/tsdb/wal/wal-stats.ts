import type { WalCompression } from './frame-records.js';

/** Plain figures of one log since its opening; the owner reads them at any time. */
export interface WalStats {
  currentSegment: number;
  fsyncs: number;
  fsyncFailures: number;
  fsyncSeconds: number;
  writes: number;
  writesFailed: number;
  bytesWritten: number;
  recordsWritten: number;
  /** Fragments, as upstream's record_part_writes_total. */
  recordParts: number;
  completedPages: number;
  /** Pages that were written to, as often as they were. */
  pageFlushes: number;
  compressionSavedBytes: number;
  /** What the log is compressed with. */
  readonly compression: WalCompression;
  /** Segments given up after a failed fsync or a write that could not be cut back. */
  abandonedSegments: number;
}

export function emptyWalStats(compression: WalCompression = 'none'): WalStats {
  return {
    currentSegment: -1,
    fsyncs: 0,
    fsyncFailures: 0,
    fsyncSeconds: 0,
    writes: 0,
    writesFailed: 0,
    bytesWritten: 0,
    recordsWritten: 0,
    recordParts: 0,
    completedPages: 0,
    pageFlushes: 0,
    compressionSavedBytes: 0,
    compression,
    abandonedSegments: 0,
  };
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface WalEvents {
  log(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>): void;
  /** After each fsync, for a summary. */
  fsynced?(seconds: number): void;
}
