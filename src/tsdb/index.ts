export * from './db/index.js';
export * from './inspect/index.js';
export { type DirectoryLock, lockDirectory, socketFileName } from './lock/index.js';
export {
  type DeletionReport,
  type DeletionTarget,
  deleteOffline,
  type MergeReport,
  type MergeTarget,
  mergeBlocks,
  type OpenedPlace,
  openForServing,
  openPlace,
  openReadOnly,
  type PlaceOptions,
  type ReadOnlyDatabase,
  type ReadOnlyOptions,
  type SnapshotReport,
  snapshotDirectory,
} from './offline/index.js';
export * from './verify/index.js';
