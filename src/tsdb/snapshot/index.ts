/** Chunk snapshots; the bytes are drawn in docs/formats/snapshot.md. */
export { lastSnapshot, parseSnapshotName, type SnapshotDirectory } from './find-snapshot.js';
export { readSnapshot } from './read-snapshot.js';
export { decodeSnapshotRecord, type SnapshotChunk, type SnapshotRecord } from './snapshot-records.js';
export { type SnapshotSeries, writeSnapshot } from './write-snapshot.js';
