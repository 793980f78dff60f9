/** The write-ahead log; the bytes are drawn in docs/formats/wal.md. */
export { CarriedRefs } from './carried-refs.js';
export * from './checkpoint.js';
export type { CheckpointStats } from './checkpoint-filter.js';
export { CheckpointLog } from './checkpoint-log.js';
export type { LogRequest } from './commit-framer.js';
export {
  defaultSegmentBytes,
  isBefore,
  type LogPlace,
  pageBytes,
  recordType,
  type StoredRecord,
} from './format.js';
export { FrameBuffer, storeRecord, type WalCompression } from './frame-records.js';
export { KernelFrames } from './kernel-frames.js';
export { type PackedRecord, RecordPacker } from './record-packer.js';
export * from './records/index.js';
export { RefSet } from './ref-set.js';
export * from './repair-log.js';
export { type ReplayRecord, ReplayRecords, type StoredSeriesRecord } from './replay-records.js';
export type { DamagedRange } from './segment-parser.js';
export { SegmentReader } from './segment-reader.js';
export * from './segments.js';
export { SeriesLedger } from './series-ledger.js';
export type { WalSync, WalWriterOptions } from './wal-options.js';
export { emptyWalStats, type LogLevel, type WalEvents, type WalStats } from './wal-stats.js';
export { WalWriter } from './wal-writer.js';
export { type RecordStart, type RecordWalk, walkRecords } from './walk-records.js';
