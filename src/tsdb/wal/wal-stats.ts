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
  compressionSavedBytes: number;
  /** Segments given up after a failed fsync or a write that could not be cut back. */
  abandonedSegments: number;
}

export function emptyWalStats(): WalStats {
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
    compressionSavedBytes: 0,
    abandonedSegments: 0,
  };
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface WalEvents {
  log(level: LogLevel, message: string, fields: Readonly<Record<string, unknown>>): void;
  /** After each fsync, for a summary. */
  fsynced?(seconds: number): void;
}
