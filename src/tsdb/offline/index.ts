export type { LateLogStats, ReadOnlyDatabase, ReadOnlyOptions } from './contracts.js';
export { openReadOnly } from './open-read-only.js';
