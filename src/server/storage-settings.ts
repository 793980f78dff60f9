import * as path from 'node:path';
import { type Clock, formatDuration, type Random } from '../base/index.js';
import type { Database, DatabaseOptions, DatabaseSettings } from '../tsdb/index.js';
import type { StorageOptions } from '../tsdb/options.js';
import type { StorageAdmin } from '../web/index.js';
import { formatBase2Bytes } from '../yaml/index.js';
import type { ServerSettings } from './settings.js';

/** Of `storage.exemplars.max_exemplars`. */
const defaultMaxExemplars = 100_000;
const usualCutDelayPercent = 10;
/** What Prometheus counts time in ends there. */
const longestRetentionMs = 100 * 365 * 86_400_000;

/** What is kept: the file's `storage.tsdb.retention` stands in the place of the flags. Source: cmd/prometheus/main.go. */
export function retentionOf(
  { retentionMs, retentionBytes }: ServerSettings,
  { tsdb }: StorageOptions,
): DatabaseSettings['retention'] & {} {
  if (tsdb?.retention === undefined) return { timeMs: retentionMs, sizeBytes: retentionBytes, percentage: 0 };
  const { time, size, percentage } = tsdb.retention;
  return { timeMs: Math.min(time, longestRetentionMs), sizeBytes: size, percentage };
}

/** The file's key, or what the feature makes the default. Source: tsdb/db.go (ApplyConfig). */
function floatEncodingOf({ features }: ServerSettings, { tsdb }: StorageOptions): 'xor' | 'xor2' {
  const set = tsdb?.chunkEncoding.floats ?? '';
  if (set === 'xor' || set === 'xor2') return set;
  return features.has('xor2-encoding') ? 'xor2' : 'xor';
}

/** Those that a reload changes. */
export function runningSettings(settings: ServerSettings, storage: StorageOptions): DatabaseSettings {
  const { maxExemplars = defaultMaxExemplars } = storage.exemplars ?? {};
  return {
    retention: retentionOf(settings, storage),
    outOfOrderWindowMs: storage.tsdb?.outOfOrderTimeWindow ?? 0,
    floatEncoding: floatEncodingOf(settings, storage),
    staleSeriesThreshold: storage.tsdb?.staleSeriesCompactionThreshold ?? 0,
    maxExemplars: settings.features.has('exemplar-storage') ? Math.max(0, maxExemplars) : 0,
  };
}

/** With the feature delayed-compaction. Source: cmd/prometheus/main.go. */
function mostCutDelayOf({ features, minBlockDurationMs, mostCutDelayPercent }: ServerSettings): number {
  if (!features.has('delayed-compaction')) return 0;
  const isPercentage = mostCutDelayPercent > 0 && mostCutDelayPercent <= 100;
  return (minBlockDurationMs * (isPercentage ? mostCutDelayPercent : usualCutDelayPercent)) / 100;
}

/** The database's own settings. */
export function storageSettings(settings: ServerSettings, storage: StorageOptions): Partial<DatabaseOptions> {
  const { headMaxBytes, minBlockDurationMs, maxBlockDurationMs, mergesOverlaps } = settings;
  const { samplesPerChunk, blockSegmentBytes, uploadedBlocksFile, blockReloadMs } = settings;
  return {
    ...{ minBlockDurationMs, mergesOverlaps, samplesPerChunk, blockReloadMs },
    mostCutDelayMs: mostCutDelayOf(settings),
    walStartTimestamps: settings.features.has('st-storage'),
    chunkSnapshots: settings.features.has('memory-snapshot-on-shutdown'),
    ...(blockSegmentBytes === undefined ? {} : { blockSegmentBytes }),
    ...(uploadedBlocksFile === undefined ? {} : { uploadedBlocksFile }),
    ...runningSettings(settings, storage),
    ...(headMaxBytes === undefined ? {} : { headMaxBytes }),
    ...(maxBlockDurationMs === undefined ? {} : { maxBlockDurationMs }),
  };
}

/** As /api/v1/status/runtimeinfo says it. */
export function retentionText({ timeMs, sizeBytes, percentage }: ReturnType<typeof retentionOf>): string {
  const limits: string[] = [];
  if (timeMs > 0) limits.push(formatDuration(timeMs));
  if (sizeBytes > 0) limits.push(formatBase2Bytes(sizeBytes));
  if (percentage > 0) limits.push(`${percentage}%`);
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
