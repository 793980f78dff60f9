/** Chunk snapshots; the bytes are drawn in docs/formats/snapshot.md. */

export { readSnapshot } from './read-snapshot.js';
export {
  lastSnapshot,
  listSnapshots,
  parseSnapshotName,
  removeSnapshot,
  removeTemporarySnapshots,
  type SnapshotDirectory,
} from './snapshot-directories.js';
export { decodeSnapshotRecord, type SnapshotChunk, type SnapshotRecord } from './snapshot-records.js';
export { type SnapshotSeries, writeSnapshot } from './write-snapshot.js';
