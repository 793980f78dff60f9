import type { Counter, Gauge, MetricRegistry, Observer } from '../telemetry/index.js';

/** The scraper's own metrics under upstream's names. Source: scrape/metrics.go. */
export interface ScrapeMetrics {
  readonly pools: Counter;
  readonly poolReloads: Counter;
  readonly reloadLength: Observer;
  readonly exceededTargetLimit: Counter;
  readonly poolTargetLimit: Gauge;
  readonly poolTargets: Gauge;
  readonly poolSyncs: Counter;
  readonly syncLength: Observer;
  readonly syncLengthHistogram: Observer;
  readonly syncFailed: Counter;
  readonly exceededBodySizeLimit: Counter;
  readonly cacheFlushForced: Counter;
  readonly intervalLength: Observer;
  readonly intervalLengthHistogram: Observer;
  readonly exceededSampleLimit: Counter;
  readonly sampleDuplicate: Counter;
  readonly sampleOutOfOrder: Counter;
  readonly sampleOutOfBounds: Counter;
  readonly exceededLabelLimits: Counter;
  readonly exemplarOutOfOrder: Counter;
  readonly scrapeDuration: Observer;
}

const quantiles = [0.01, 0.05, 0.5, 0.9, 0.99];
const lengthBuckets = [0.01, 0.1, 1, 10];
const durationBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

export function createScrapeMetrics(registry: MetricRegistry): ScrapeMetrics {
  const counter = (name: string, help: string, ...labelNames: string[]): Counter =>
    registry.counter({ name: `prometheus_target_${name}`, help, labelNames });
  const gauge = (name: string, help: string, ...labelNames: string[]): Gauge =>
    registry.gauge({ name: `prometheus_target_${name}`, help, labelNames });
  const summary = (name: string, help: string, label: string): Observer =>
    registry.summary({ name: `prometheus_target_${name}`, help, labelNames: [label], quantiles });
  const histogram = (name: string, help: string, label: string): Observer =>
    registry.histogram({
      name: `prometheus_target_${name}`,
      help,
      labelNames: [label],
      buckets: lengthBuckets,
    });
  const perTarget = perTargetMetrics(counter);
  return {
    ...perTarget,
    pools: counter('scrape_pools_total', 'Total number of scrape pool creation attempts.'),
    poolReloads: counter('scrape_pool_reloads_total', 'Total number of scrape pool reloads.'),
    reloadLength: summary(
      'reload_length_seconds',
      'Actual interval to reload the scrape pool with a given configuration.',
      'interval',
    ),
    exceededTargetLimit: counter(
      'scrape_pool_exceeded_target_limit_total',
      'Total number of times scrape pools hit the target limit, during sync or config reload.',
    ),
    poolTargetLimit: gauge(
      'scrape_pool_target_limit',
      'Maximum number of targets allowed in this scrape pool.',
      'scrape_job',
    ),
    poolTargets: gauge('scrape_pool_targets', 'Current number of targets in this scrape pool.', 'scrape_job'),
    poolSyncs: counter(
      'scrape_pool_sync_total',
      'Total number of syncs that were executed on a scrape pool.',
      'scrape_job',
    ),
    syncLength: summary('sync_length_seconds', 'Actual interval to sync the scrape pool.', 'scrape_job'),
    syncLengthHistogram: histogram(
      'sync_length_histogram_seconds',
      'Actual interval to sync the scrape pool.',
      'scrape_job',
    ),
    syncFailed: counter('sync_failed_total', 'Total number of target sync failures.', 'scrape_job'),
    intervalLength: summary('interval_length_seconds', 'Actual intervals between scrapes.', 'interval'),
    intervalLengthHistogram: histogram(
      'interval_length_histogram_seconds',
      'Actual intervals between scrapes.',
      'interval',
    ),
    scrapeDuration: registry.histogram({
      name: 'prometheus_target_scrape_duration_seconds',
      help: 'Total duration of the scrape from start to commit completion in seconds.',
      buckets: durationBuckets,
    }),
  };
}

function perTargetMetrics(counter: (name: string, help: string) => Counter) {
  const started = (made: Counter): Counter => {
    made.add(0);
    return made;
  };
  // Upstream has these too; nothing here makes them rise.
  started(counter('scrape_pools_failed_total', 'Total number of scrape pool creations that failed.'));
  started(counter('scrape_pool_reloads_failed_total', 'Total number of failed scrape pool reloads.'));
  started(
    counter(
      'scrapes_exceeded_native_histogram_bucket_limit_total',
      'Total number of scrapes that hit the native histogram bucket limit and were rejected.',
    ),
  );
  return {
    exceededBodySizeLimit: started(
      counter(
        'scrapes_exceeded_body_size_limit_total',
        'Total number of scrapes that hit the body size limit',
      ),
    ),
    cacheFlushForced: started(
      counter(
        'scrapes_cache_flush_forced_total',
        'How many times a scrape cache was flushed due to getting big while scrapes are failing.',
      ),
    ),
    exceededSampleLimit: started(
      counter(
        'scrapes_exceeded_sample_limit_total',
        'Total number of scrapes that hit the sample limit and were rejected.',
      ),
    ),
    sampleDuplicate: started(
      counter(
        'scrapes_sample_duplicate_timestamp_total',
        'Total number of samples rejected due to duplicate timestamps but different values.',
      ),
    ),
    sampleOutOfOrder: started(
      counter(
        'scrapes_sample_out_of_order_total',
        'Total number of samples rejected due to not being out of the expected order.',
      ),
    ),
    sampleOutOfBounds: started(
      counter(
        'scrapes_sample_out_of_bounds_total',
        'Total number of samples rejected due to timestamp falling outside of the time bounds.',
      ),
    ),
    exceededLabelLimits: started(
      counter(
        'scrape_pool_exceeded_label_limits_total',
        'Total number of times scrape pools hit the label limits, during sync or config reload.',
      ),
    ),
    exemplarOutOfOrder: started(
      counter(
        'scrapes_exemplar_out_of_order_total',
        'Total number of exemplar rejected due to not being out of the expected order.',
      ),
    ),
  };
}
