export {
  type Database,
  type DatabaseLogger,
  type DatabaseOptions,
  openDatabase,
} from './database.js';
export type { ByKind, DatabaseStats, ReplayStats, UnknownRefs } from './database-stats.js';
export { openReadOnly, type ReadOnlyDatabase, type ReadOnlyOptions } from './open-read-only.js';
export type { ReplayProgress } from './replay-wal.js';
