export type { ReadOnlyDatabase, ReadOnlyOptions } from './contracts.js';
export { type DeletionReport, type DeletionTarget, deleteOffline } from './delete-offline.js';
export { type MergeReport, type MergeTarget, mergeBlocks } from './merge-blocks.js';
export { openForServing } from './open-for-serving.js';
export { type OpenedPlace, openPlace, type PlaceOptions } from './open-place.js';
export { openReadOnly } from './open-read-only.js';
export { type SnapshotReport, snapshotDirectory } from './snapshot-directory.js';
