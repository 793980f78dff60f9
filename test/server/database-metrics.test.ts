import assert from 'node:assert/strict';
import { seededRandom } from '../../src/base/index.js';
import { staleSample } from '../../src/chunkenc/index.js';
import { Labels } from '../../src/model/index.js';
import { registerDatabaseMetrics } from '../../src/server/database-metrics/register.js';
import { type MetricPoint, MetricRegistry } from '../../src/telemetry/index.js';
import type { Database } from '../../src/tsdb/index.js';
import { appendRows, integerHistogram } from '../storage/storage-samples.js';
import { FaultDisk } from '../support/fault-disk.js';
import { each, fill, open, counts as samplesOf, seriesCount, startMs } from '../tsdb/db/filled-database.js';

/** What Prometheus 3.14 shows of a database that has an out-of-order window, with its log's fsyncs left to the server. */
const names = `
counter checkpoint_creations_failed_total checkpoint_creations_total checkpoint_deletions_failed_total
counter checkpoint_deletions_total compactions_failed_total compactions_skipped_total compactions_total
counter compactions_triggered_total exemplar_exemplars_appended_total exemplar_out_of_order_exemplars_total
counter head_appenders_created_total head_chunks_created_total head_chunks_removed_total
counter head_out_of_order_samples_appended_total head_samples_appended_total head_series_created_total
counter head_series_not_found_total head_series_removed_total head_truncations_failed_total
counter head_truncations_total mmap_chunk_corruptions_total mmap_chunks_total out_of_bound_samples_total
counter out_of_order_samples_total out_of_order_wbl_completed_pages_total out_of_order_wbl_page_flushes_total
counter out_of_order_wbl_record_part_writes_total out_of_order_wbl_record_parts_bytes_written_total
counter out_of_order_wbl_truncations_failed_total out_of_order_wbl_truncations_total
counter out_of_order_wbl_writes_failed_total reloads_failures_total reloads_total
counter selected_series_compactions_failed_total selected_series_compactions_triggered_total
counter size_retentions_total snapshot_replay_error_total stale_series_compactions_failed_total
counter stale_series_compactions_triggered_total time_retentions_total too_old_samples_total
counter vertical_compactions_total wal_completed_pages_total wal_corruptions_total wal_page_flushes_total
counter wal_record_bytes_saved_total wal_record_part_writes_total wal_record_parts_bytes_written_total
counter wal_truncations_failed_total wal_truncations_total wal_writes_failed_total
gauge blocks_loaded clean_start compaction_populating_block data_replay_duration_seconds
gauge exemplar_exemplars_in_storage exemplar_last_exemplars_timestamp_seconds exemplar_max_exemplars
gauge exemplar_series_with_exemplars_in_storage head_active_appenders head_chunks head_chunks_storage_size_bytes
gauge head_max_time head_max_time_seconds head_min_time head_min_time_seconds head_native_histogram_buckets
gauge head_native_histogram_series head_series head_stale_series isolation_high_watermark
gauge isolation_low_watermark lowest_timestamp lowest_timestamp_seconds out_of_order_wbl_segment_current
gauge out_of_order_wbl_storage_size_bytes retention_limit_bytes retention_limit_percentage
gauge retention_limit_seconds storage_blocks_bytes symbol_table_size_bytes wal_segment_current
gauge wal_storage_size_bytes
histogram compaction_chunk_range_seconds compaction_chunk_samples compaction_chunk_size_bytes
histogram compaction_duration_seconds sample_ooo_delta selected_series_compaction_duration_seconds
histogram stale_series_compaction_duration_seconds tombstone_cleanup_seconds
summary head_gc_duration_seconds wal_truncate_duration_seconds
`;

function expectedFamilies(): string[] {
  return names
    .trim()
    .split('\n')
    .flatMap((line) => {
      const [type, ...list] = line.split(' ');
      return list.map((name) => `${type} prometheus_tsdb_${name}`);
    })
    .sort();
}

interface Shown {
  readonly families: readonly string[];
  /** Of a family without labels, or the one with these. */
  point(name: string, ...values: string[]): MetricPoint;
  value(name: string, ...values: string[]): number;
}

async function shown(database: Database): Promise<Shown> {
  const registry = new MetricRegistry();
  registerDatabaseMetrics(registry, () => database);
  const families = await registry.gather();
  const point = (name: string, ...values: string[]): MetricPoint => {
    const family = families.find((one) => one.name === `prometheus_tsdb_${name}`);
    const found = family?.metrics.find(({ labels }) => values.every((value) => labels.includes(value)));
    assert.ok(found, name);
    return found;
  };
  return {
    families: families
      .filter(({ name }) => name.startsWith('prometheus_tsdb_'))
      .map(({ type, name }) => `${type} ${name}`),
    point,
    value: (name, ...values) => point(name, ...values).value,
  };
}

describe('metrics of the database', () => {
  it('are those of Prometheus 3.14, but for replays with unknown series', async () => {
    const database = await open(new FaultDisk(seededRandom(1)));
    assert.deepEqual([...(await shown(database)).families].sort(), expectedFamilies());
    await database.close();
  });

  it('count chunks, blocks and logs', async () => {
    const disk = new FaultDisk(seededRandom(2));
    const database = await open(disk);
    await fill(database, startMs, startMs + 14_000);
    const { value } = await shown(database);
    assert.equal(value('head_series'), seriesCount);
    assert.equal(value('head_chunks'), 2 * seriesCount);
    assert.equal(value('head_chunks_created_total'), 2 * seriesCount);
    assert.equal(value('head_samples_appended_total', 'float'), 28 * seriesCount);
    assert.equal(value('isolation_high_watermark'), value('isolation_low_watermark'));
    assert.ok(value('wal_storage_size_bytes') > 1000);
    assert.ok(value('wal_record_parts_bytes_written_total') <= value('wal_storage_size_bytes'));
    await fill(database, startMs + 14_000, startMs + 30_000);
    await database.maybeCut();
    const cut = await shown(database);
    const blocks = cut.value('blocks_loaded');
    assert.ok(blocks > 0);
    assert.equal(cut.value('head_chunks'), (3 - blocks) * seriesCount);
    assert.equal(cut.value('head_chunks_removed_total'), blocks * seriesCount);
    assert.equal(cut.value('head_chunks_created_total'), 3 * seriesCount);
    assert.equal(cut.value('head_truncations_total'), blocks);
    assert.equal(cut.point('head_gc_duration_seconds').count, blocks);
    assert.equal(cut.value('symbol_table_size_bytes'), 8 * blocks);
    const { count, sum } = cut.point('compaction_chunk_samples');
    assert.deepEqual([count, sum], [blocks * seriesCount, 20 * blocks * seriesCount]);
    assert.equal(cut.point('compaction_chunk_range_seconds').sum, 9500 * blocks * seriesCount);
    assert.equal(cut.point('compaction_duration_seconds').count, blocks);
    await database.close();
    const again = await open(disk.kill());
    const restored = await shown(again);
    assert.equal(restored.value('head_chunks'), (3 - blocks) * seriesCount);
    assert.deepEqual(await samplesOf(again), each(60));
    await again.close();
  });

  it('count series that have ended, histograms and late samples', async () => {
    const database = await open(new FaultDisk(seededRandom(3)), { outOfOrderWindowMs: 60_000 });
    await fill(database, startMs, startMs + 1000);
    const labels = (name: string): Labels => Labels.fromPairs('__name__', name);
    const add = async (
      name: string,
      timestampMs: number,
      what: number | 'histogram' | 'end',
    ): Promise<void> => {
      const appender = database.appender();
      const ref = appender.series(labels(name));
      if (typeof what === 'number') appendRows(appender, [ref, timestampMs, what]);
      else {
        const histogram = what === 'end' ? staleSample(true) : integerHistogram();
        appender.appendHistogram({ ref, timestampMs, histogram, startTimestampMs: 0 });
      }
      await appender.commit('acknowledged');
    };
    const buckets = integerHistogram().positiveBuckets.length + integerHistogram().negativeBuckets.length;
    await add('h', startMs + 1000, 'histogram');
    await add('gone', startMs + 1000, 'histogram');
    const one = await shown(database);
    assert.equal(one.value('head_native_histogram_series'), 2);
    assert.equal(one.value('head_native_histogram_buckets'), 2 * buckets);
    assert.equal(one.value('head_stale_series'), 0);
    await add('gone', startMs + 2000, 'end');
    await add('late', startMs + 31_000, 1);
    await add('late', startMs + 30_000, 1);
    await add('late', startMs + 1000, 1);
    await add('h', startMs + 500, 'histogram');
    const { value, point } = await shown(database);
    assert.equal(value('head_native_histogram_buckets'), buckets);
    assert.equal(value('head_stale_series'), 1);
    assert.equal(value('head_out_of_order_samples_appended_total', 'float'), 2);
    assert.equal(value('head_out_of_order_samples_appended_total', 'histogram'), 1);
    const { count, sum } = point('sample_ooo_delta');
    assert.deepEqual([count, sum], [3, 1 + 30 + 30.5]);
    await add('late', startMs - 60_000, 1);
    const refused = await shown(database);
    assert.equal(refused.value('too_old_samples_total', 'float'), 1);
    assert.equal(refused.point('sample_ooo_delta').count, 4);
    await database.close();
  });
});
