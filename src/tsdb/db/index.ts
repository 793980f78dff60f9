export {
  type Database,
  type DatabaseFigures,
  type DatabaseLogger,
  type DatabaseOptions,
  type DatabaseSettings,
  defaultBlockDurationMs,
} from './contracts.js';
export type { CutJob } from './cut-block.js';
export { openDatabase } from './database.js';
export {
  type DatabaseReader,
  type DatabaseReaderOptions,
  type DatabaseView,
  openDatabaseReader,
} from './database-reader.js';
export {
  type ByKind,
  type DatabaseStats,
  emptyDatabaseStats,
  emptyLateLogStats,
  emptyReplayStats,
  type ReplayStats,
  type UnknownRefs,
} from './database-stats.js';
export { HeadDeletions } from './head-deletions.js';
export { inOrderEnd } from './in-order-end.js';
export { stepsOf } from './late-compactor.js';
export {
  type CheckpointWork,
  type Maintenance,
  type MaintenanceJob,
  type MaintenanceParts,
  type MaintenanceResult,
  runMaintenance,
} from './maintenance.js';
export type { ViewedBlock } from './open-blocks.js';
export { toViewed, type ViewListener } from './published-view.js';
export {
  heldPlace,
  isForeign,
  type LateLogStats,
  type LateLogSurvey,
  readLateLog,
  surveyLateLog,
} from './read-late-log.js';
export { type ReplayProgress, replayWal } from './replay-wal.js';
export { restoreSnapshot } from './restore-snapshot.js';
export { keepForEver } from './retention.js';
export { linkAll, unfinishedSuffix } from './snapshot-database.js';
export { StoredChunks } from './stored-chunks.js';
