import type { DatabaseOptions } from '../tsdb/index.js';
import type { ServerSettings } from './settings.js';

/** The database's own settings. */
export function storageSettings({
  headMaxBytes,
  minBlockDurationMs,
}: ServerSettings): Pick<DatabaseOptions, 'headMaxBytes' | 'minBlockDurationMs'> {
  return { minBlockDurationMs, ...(headMaxBytes === undefined ? {} : { headMaxBytes }) };
}
