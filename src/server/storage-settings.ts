import * as path from 'node:path';
import { type Clock, formatDuration, type Random } from '../base/index.js';
import type { Database, DatabaseOptions } from '../tsdb/index.js';
import type { StorageAdmin } from '../web/index.js';
import { formatBase2Bytes } from '../yaml/index.js';
import type { ServerSettings } from './settings.js';

/** The database's own settings. */
export function storageSettings({
  headMaxBytes,
  minBlockDurationMs,
  maxBlockDurationMs,
  mergesOverlaps,
  retentionMs,
  retentionBytes,
}: ServerSettings): Partial<DatabaseOptions> {
  return {
    minBlockDurationMs,
    mergesOverlaps,
    retention: { timeMs: retentionMs, sizeBytes: retentionBytes, percentage: 0 },
    ...(headMaxBytes === undefined ? {} : { headMaxBytes }),
    ...(maxBlockDurationMs === undefined ? {} : { maxBlockDurationMs }),
  };
}

/** As /api/v1/status/runtimeinfo says it. */
export function retentionText({ retentionMs, retentionBytes }: ServerSettings): string {
  const limits: string[] = [];
  if (retentionMs > 0) limits.push(formatDuration(retentionMs));
  if (retentionBytes > 0) limits.push(formatBase2Bytes(retentionBytes));
  return limits.join(' or ');
}

/** The admin API's work. Snapshots go to `snapshots/` in the data directory. Source: web/api/v1/api.go. */
export function storageAdmin(parts: {
  readonly clock: Clock;
  readonly random: Random;
  readonly dataDirectory: string;
  database(): Database;
}): StorageAdmin {
  const { clock, random, dataDirectory, database } = parts;
  return {
    deleteSamples: (request) => database().deleteSamples(request),
    cleanTombstones: () => database().cleanTombstones(),
    async snapshot(withHead) {
      const name = snapshotName(clock, random);
      await database().snapshot(path.join(dataDirectory, 'snapshots', name), withHead);
      return name;
    },
  };
}

/** The time to the second and 63 random bits. */
function snapshotName(clock: Clock, random: Random): string {
  const time = new Date(clock.nowMs()).toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const bits =
    (random.uint32() >>> 1).toString(16).padStart(8, '0') + random.uint32().toString(16).padStart(8, '0');
  return `${time}-${bits}`;
}
