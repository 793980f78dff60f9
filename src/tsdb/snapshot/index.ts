export { lastSnapshot, parseSnapshotName, type SnapshotDirectory } from './find-snapshot.js';
export { readSnapshot } from './read-snapshot.js';
export type { SnapshotRecord } from './snapshot-records.js';
export { type SnapshotSeries, writeSnapshot } from './write-snapshot.js';
