import { createDistribution, exponentialBounds } from '../../base/index.js';
import type { Figure } from './figure.js';

/** Nobody names the series of a compaction. */
const noCompactions = createDistribution(exponentialBounds(1, 2, 14));

/** Blocks and compactions; names, types and help as upstream's (tsdb/db.go, tsdb/compact.go). */
export const blockFigures: readonly Figure[] = [
  {
    name: 'prometheus_tsdb_blocks_loaded',
    help: 'Number of currently loaded data blocks',
    type: 'gauge',
    read: ({ database }) => database.blockCount,
  },
  {
    name: 'prometheus_tsdb_compaction_chunk_range_seconds',
    help: 'Final time range of chunks on their first compaction',
    type: 'histogram',
    read: ({ stats }) => stats.chunkFigures.spans,
  },
  {
    name: 'prometheus_tsdb_compaction_chunk_samples',
    help: 'Final number of samples on their first compaction',
    type: 'histogram',
    read: ({ stats }) => stats.chunkFigures.samples,
  },
  {
    name: 'prometheus_tsdb_compaction_chunk_size_bytes',
    help: 'Final size of chunks on their first compaction',
    type: 'histogram',
    read: ({ stats }) => stats.chunkFigures.bytes,
  },
  {
    name: 'prometheus_tsdb_compaction_duration_seconds',
    help: 'Duration of compaction runs',
    type: 'histogram',
    read: ({ stats }) => stats.compactionSeconds,
  },
  {
    name: 'prometheus_tsdb_compaction_populating_block',
    help: 'Set to 1 when a block is currently being written to the disk.',
    type: 'gauge',
    read: ({ stats }) => Math.min(1, stats.writingBlocks),
  },
  {
    name: 'prometheus_tsdb_compactions_failed_total',
    help: 'Total number of compactions that failed for the partition.',
    type: 'counter',
    read: ({ stats }) => stats.compactionsFailed,
  },
  {
    name: 'prometheus_tsdb_compactions_skipped_total',
    help: 'Total number of skipped compactions due to disabled auto compaction.',
    type: 'counter',
    read: () => 0,
  },
  {
    name: 'prometheus_tsdb_compactions_total',
    help: 'Total number of compactions that were executed for the partition.',
    type: 'counter',
    read: ({ stats }) => stats.compactions,
  },
  {
    name: 'prometheus_tsdb_compactions_triggered_total',
    help: 'Total number of triggered compactions for the partition.',
    type: 'counter',
    read: ({ stats }) => stats.compactionsTriggered,
  },
  {
    name: 'prometheus_tsdb_lowest_timestamp',
    help: 'Lowest timestamp value stored in the database. The unit is decided by the library consumer.',
    type: 'gauge',
    read: ({ database: { lowestMs } }) => (Number.isFinite(lowestMs) ? lowestMs : 0),
  },
  {
    name: 'prometheus_tsdb_lowest_timestamp_seconds',
    help: 'Lowest timestamp value stored in the database.',
    type: 'gauge',
    read: ({ database: { lowestMs } }) => (Number.isFinite(lowestMs) ? lowestMs / 1000 : 0),
  },
  {
    name: 'prometheus_tsdb_reloads_failures_total',
    help: 'Number of times the database failed to reloadBlocks block data from disk.',
    type: 'counter',
    read: ({ stats }) => stats.reloadsFailed,
  },
  {
    name: 'prometheus_tsdb_reloads_total',
    help: 'Number of times the database reloaded block data from disk.',
    type: 'counter',
    read: ({ stats }) => stats.reloads,
  },
  {
    name: 'prometheus_tsdb_retention_limit_bytes',
    help: 'Max number of bytes to be retained in the tsdb blocks, configured 0 means disabled',
    type: 'gauge',
    read: ({ database: { retention } }) => retention.sizeBytes,
  },
  {
    name: 'prometheus_tsdb_retention_limit_percentage',
    help: 'Max percentage of total storage space to be retained in the tsdb blocks, configured 0 means disabled',
    type: 'gauge',
    read: ({ database: { retention } }) => retention.percentage,
  },
  {
    name: 'prometheus_tsdb_retention_limit_seconds',
    help: 'How long to retain samples in storage.',
    type: 'gauge',
    read: ({ database: { retention } }) => retention.timeMs / 1000,
  },
  {
    name: 'prometheus_tsdb_selected_series_compaction_duration_seconds',
    help: 'Duration of compactions triggered for an explicit caller-provided list of series references.',
    type: 'histogram',
    read: () => noCompactions,
  },
  {
    name: 'prometheus_tsdb_selected_series_compactions_failed_total',
    help: 'Total number of compactions triggered for an explicit caller-provided list of series references that failed.',
    type: 'counter',
    read: () => 0,
  },
  {
    name: 'prometheus_tsdb_selected_series_compactions_triggered_total',
    help: 'Total number of compactions triggered for an explicit caller-provided list of series references.',
    type: 'counter',
    read: () => 0,
  },
  {
    name: 'prometheus_tsdb_size_retentions_total',
    help: 'The number of times that blocks were deleted because the maximum number of bytes was exceeded.',
    type: 'counter',
    read: ({ stats }) => stats.sizeRetentions,
  },
  {
    name: 'prometheus_tsdb_stale_series_compaction_duration_seconds',
    help: 'Duration of stale series compaction runs.',
    type: 'histogram',
    read: ({ stats }) => stats.staleCompactionSeconds,
  },
  {
    name: 'prometheus_tsdb_stale_series_compactions_failed_total',
    help: 'Total number of stale series compactions that failed.',
    type: 'counter',
    read: ({ stats }) => stats.staleCompactionsFailed,
  },
  {
    name: 'prometheus_tsdb_stale_series_compactions_triggered_total',
    help: 'Total number of triggered stale series compactions.',
    type: 'counter',
    read: ({ stats }) => stats.staleCompactions,
  },
  {
    name: 'prometheus_tsdb_storage_blocks_bytes',
    help: 'The number of bytes that are currently used for local storage by all blocks.',
    type: 'gauge',
    read: ({ stats }) => stats.blocksBytes,
  },
  {
    name: 'prometheus_tsdb_symbol_table_size_bytes',
    help: 'Size of symbol table in memory for loaded blocks',
    type: 'gauge',
    read: ({ figures }) => figures.symbolTableBytes,
  },
  {
    name: 'prometheus_tsdb_time_retentions_total',
    help: 'The number of times that blocks were deleted because the maximum time limit was exceeded.',
    type: 'counter',
    read: ({ stats }) => stats.timeRetentions,
  },
  {
    name: 'prometheus_tsdb_tombstone_cleanup_seconds',
    help: 'The time taken to recompact blocks to remove tombstones.',
    type: 'histogram',
    read: ({ stats }) => stats.tombstoneCleanSeconds,
  },
  {
    name: 'prometheus_tsdb_vertical_compactions_total',
    help: 'Total number of compactions done on overlapping blocks.',
    type: 'counter',
    read: ({ stats }) => stats.verticalCompactions,
  },
  {
    name: 'tsprom_blocks_broken',
    help: 'Number of blocks that are there and cannot be read.',
    type: 'gauge',
    read: ({ stats }) => stats.brokenBlocks,
  },
];
