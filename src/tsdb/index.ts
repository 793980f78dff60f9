export * from './db/index.js';
export * from './inspect/index.js';
export { type DirectoryLock, lockDirectory, socketFileName } from './lock/index.js';
export {
  type MergeReport,
  type MergeTarget,
  mergeBlocks,
  type OpenedPlace,
  openPlace,
  openReadOnly,
  type PlaceOptions,
  type ReadOnlyDatabase,
  type ReadOnlyOptions,
} from './offline/index.js';
export * from './verify/index.js';
