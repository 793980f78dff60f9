import type { MetricReading, MetricRegistry } from '../telemetry/index.js';
import type { ByKind, Database, DatabaseStats } from '../tsdb/index.js';

const byKind = ({ float, histogram }: ByKind): MetricReading => [
  [['float'], float],
  [['histogram'], histogram],
];

interface Figure {
  readonly name: string;
  readonly help: string;
  readonly type: 'counter' | 'gauge';
  readonly labelNames?: readonly string[];
  read(database: Database, stats: DatabaseStats): MetricReading;
}

const kind = { type: 'counter', labelNames: ['type'] } as const;

/** Names, types and help as upstream's (tsdb/head.go, tsdb/wlog/wlog.go, tsdb/db.go). */
const figures: readonly Figure[] = [
  {
    name: 'prometheus_tsdb_head_series',
    help: 'Total number of series in the head block.',
    type: 'gauge',
    read: (database) => database.seriesCount,
  },
  {
    name: 'prometheus_tsdb_head_series_created_total',
    help: 'Total number of series created in the head',
    type: 'counter',
    read: (_, stats) => stats.seriesCreated,
  },
  {
    name: 'prometheus_tsdb_head_samples_appended_total',
    help: 'Total number of appended samples.',
    ...kind,
    read: (_, stats) => byKind(stats.samplesAppended),
  },
  {
    name: 'prometheus_tsdb_out_of_order_samples_total',
    help: 'Total number of out of order samples ingestion failed attempts due to out of order being disabled.',
    ...kind,
    read: (_, stats) => byKind(stats.outOfOrderSamples),
  },
  {
    name: 'prometheus_tsdb_out_of_bound_samples_total',
    help: 'Total number of out of bound samples ingestion failed attempts with out of order support disabled.',
    ...kind,
    read: (_, stats) => byKind(stats.outOfBoundSamples),
  },
  {
    name: 'prometheus_tsdb_too_old_samples_total',
    help: 'Total number of out of order samples ingestion failed attempts with out of support enabled, but sample outside of time window.',
    ...kind,
    read: (_, stats) => byKind(stats.tooOldSamples),
  },
  {
    name: 'prometheus_tsdb_exemplar_exemplars_appended_total',
    help: 'Total number of appended exemplars.',
    type: 'counter',
    read: (_, stats) => stats.exemplarsAppended,
  },
  {
    name: 'prometheus_tsdb_head_active_appenders',
    help: 'Number of currently active appender transactions',
    type: 'gauge',
    read: (_, stats) => stats.activeAppenders,
  },
  {
    name: 'prometheus_tsdb_head_min_time',
    help: 'Minimum time bound of the head block. The unit is decided by the library consumer.',
    type: 'gauge',
    read: ({ mintMs }) => (Number.isFinite(mintMs) ? mintMs : 0),
  },
  {
    name: 'prometheus_tsdb_head_max_time',
    help: 'Maximum timestamp of the head block. The unit is decided by the library consumer.',
    type: 'gauge',
    read: ({ maxtMs }) => (Number.isFinite(maxtMs) ? maxtMs : 0),
  },
  {
    name: 'prometheus_tsdb_clean_start',
    help: '-1: lockfile is disabled. 0: a lockfile from a previous execution was replaced. 1: lockfile creation was clean',
    type: 'gauge',
    read: (_, { cleanStart }) => (cleanStart === undefined ? -1 : cleanStart ? 1 : 0),
  },
  {
    name: 'prometheus_tsdb_wal_corruptions_total',
    help: 'Total number of WAL corruptions.',
    type: 'counter',
    read: (_, stats) => stats.walCorruptions,
  },
  {
    name: 'prometheus_tsdb_wal_segment_current',
    help: 'Write log segment index that TSDB is currently writing to.',
    type: 'gauge',
    read: (_, { wal }) => wal.currentSegment,
  },
  {
    name: 'prometheus_tsdb_wal_writes_failed_total',
    help: 'Total number of write log writes that failed.',
    type: 'counter',
    read: (_, { wal }) => wal.writesFailed,
  },
  {
    name: 'prometheus_tsdb_wal_completed_pages_total',
    help: 'Total number of completed pages.',
    type: 'counter',
    read: (_, { wal }) => wal.completedPages,
  },
  {
    name: 'prometheus_tsdb_wal_record_part_writes_total',
    help: 'Total number of record parts written before flushing.',
    type: 'counter',
    read: (_, { wal }) => wal.recordParts,
  },
  {
    name: 'prometheus_tsdb_wal_record_bytes_saved_total',
    help: 'Total number of bytes saved by the optional record compression. Use this metric to learn about the effectiveness compression.',
    type: 'counter',
    read: (_, { wal }) => wal.compressionSavedBytes,
  },
  {
    name: 'prometheus_tsdb_head_series_removed_total',
    help: 'Total number of series removed in the head',
    type: 'counter',
    read: (_, stats) => stats.seriesRemoved,
  },
  {
    name: 'prometheus_tsdb_head_truncations_total',
    help: 'Total number of head truncations attempted.',
    type: 'counter',
    read: (_, stats) => stats.headTruncations,
  },
  {
    name: 'prometheus_tsdb_compactions_triggered_total',
    help: 'Total number of triggered compactions for the partition.',
    type: 'counter',
    read: (_, stats) => stats.compactionsTriggered,
  },
  {
    name: 'prometheus_tsdb_compactions_total',
    help: 'Total number of compactions that were executed for the partition.',
    type: 'counter',
    read: (_, stats) => stats.compactions,
  },
  {
    name: 'prometheus_tsdb_compactions_failed_total',
    help: 'Total number of compactions that failed for the partition.',
    type: 'counter',
    read: (_, stats) => stats.compactionsFailed,
  },
  {
    name: 'prometheus_tsdb_checkpoint_creations_total',
    help: 'Total number of checkpoint creations attempted.',
    type: 'counter',
    read: (_, { checkpoints, checkpointsFailed }) => checkpoints + checkpointsFailed,
  },
  {
    name: 'prometheus_tsdb_checkpoint_creations_failed_total',
    help: 'Total number of checkpoint creations that failed.',
    type: 'counter',
    read: (_, stats) => stats.checkpointsFailed,
  },
  {
    name: 'prometheus_tsdb_blocks_loaded',
    help: 'Number of currently loaded data blocks',
    type: 'gauge',
    read: (database) => database.blockCount,
  },
  {
    name: 'prometheus_tsdb_reloads_total',
    help: 'Number of times the database reloaded block data from disk.',
    type: 'counter',
    read: (_, stats) => stats.reloads,
  },
  {
    name: 'prometheus_tsdb_reloads_failures_total',
    help: 'Number of times the database failed to reloadBlocks block data from disk.',
    type: 'counter',
    read: (_, stats) => stats.reloadsFailed,
  },
  {
    name: 'prometheus_tsdb_time_retentions_total',
    help: 'The number of times that blocks were deleted because the maximum time limit was exceeded.',
    type: 'counter',
    read: (_, stats) => stats.timeRetentions,
  },
  {
    name: 'prometheus_tsdb_size_retentions_total',
    help: 'The number of times that blocks were deleted because the maximum number of bytes was exceeded.',
    type: 'counter',
    read: (_, stats) => stats.sizeRetentions,
  },
  {
    name: 'prometheus_tsdb_retention_limit_bytes',
    help: 'Max number of bytes to be retained in the tsdb blocks, configured 0 means disabled',
    type: 'gauge',
    read: ({ retention }) => retention.sizeBytes,
  },
  {
    name: 'prometheus_tsdb_retention_limit_percentage',
    help: 'Max percentage of total storage space to be retained in the tsdb blocks, configured 0 means disabled',
    type: 'gauge',
    read: ({ retention }) => retention.percentage,
  },
  {
    name: 'prometheus_tsdb_retention_limit_seconds',
    help: 'How long to retain samples in storage.',
    type: 'gauge',
    read: ({ retention }) => retention.timeMs / 1000,
  },
  {
    name: 'prometheus_tsdb_lowest_timestamp',
    help: 'Lowest timestamp value stored in the database. The unit is decided by the library consumer.',
    type: 'gauge',
    read: ({ lowestMs }) => (Number.isFinite(lowestMs) ? lowestMs : 0),
  },
  {
    name: 'prometheus_tsdb_storage_blocks_bytes',
    help: 'The number of bytes that are currently used for local storage by all blocks.',
    type: 'gauge',
    read: (_, stats) => stats.blocksBytes,
  },
  {
    name: 'tsprom_blocks_broken',
    help: 'Number of blocks that are there and cannot be read.',
    type: 'gauge',
    read: (_, stats) => stats.brokenBlocks,
  },
  {
    name: 'tsprom_head_chunk_writes_failed_total',
    help: 'Total number of writes of head chunks that failed; each is tried again.',
    type: 'counter',
    read: (_, stats) => stats.headChunkWritesFailed,
  },
  {
    name: 'tsprom_head_used_bytes',
    help: 'Bytes of the memory reserved for the head that are in use.',
    type: 'gauge',
    read: (database) => database.headUsedBytes,
  },
  {
    name: 'tsprom_head_refused_series_total',
    help: 'Total number of series refused for want of head memory.',
    type: 'counter',
    read: (database) => database.refusedSeries,
  },
  {
    name: 'tsprom_head_refused_samples_total',
    help: 'Total number of samples of known series that found no head memory; the write log has them.',
    type: 'counter',
    read: (database) => database.refusedSamples,
  },
  {
    name: 'tsprom_wal_fsync_failures_total',
    help: 'Total number of write log fsyncs that failed; each began a new segment.',
    type: 'counter',
    read: (_, { wal }) => wal.fsyncFailures,
  },
  {
    name: 'tsprom_wal_written_bytes_total',
    help: 'Total number of bytes written to the write log.',
    type: 'counter',
    read: (_, { wal }) => wal.bytesWritten,
  },
  {
    name: 'tsprom_wal_lost_bytes_total',
    help: 'Bytes of the write log that damage made unreadable at start; a copy is kept in the quarantine folder.',
    type: 'counter',
    read: (_, { replay }) => replay.lostBytes,
  },
];

/** Registers what the database counts; nothing is shown before `database()` answers one. */
export function registerDatabaseMetrics(
  registry: MetricRegistry,
  database: () => Database | undefined,
): void {
  for (const { read, type, ...options } of figures) {
    const reading = (): MetricReading => {
      const open = database();
      return open ? read(open, open.stats) : [];
    };
    if (type === 'counter') registry.counterFrom(options, reading);
    else registry.gaugeFrom(options, reading);
  }
}
