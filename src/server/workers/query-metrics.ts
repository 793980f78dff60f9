import type { MetricRegistry } from '../../telemetry/index.js';

const slices = ['inner_eval', 'prepare_time', 'queue_time', 'result_sort'] as const;
export type QuerySlice = (typeof slices)[number];

/** What the engines of all threads count together; names, types and help as upstream's (promql/engine.go). */
export interface QueryMetrics {
  /** Queries that run or wait, on any thread. */
  readonly current: { add(amount: number): void };
  observe(slice: QuerySlice, seconds: number): void;
  addSamples(counts: { readonly total: number; readonly read: number }): void;
}

export function registerQueryMetrics(registry: MetricRegistry, maxConcurrency: number): QueryMetrics {
  const current = registry.gauge({
    name: 'prometheus_engine_queries',
    help: 'The current number of queries being executed or waiting.',
  });
  current.set(0);
  registry
    .gauge({
      name: 'prometheus_engine_queries_concurrent_max',
      help: 'The max number of concurrent queries.',
    })
    .set(maxConcurrency);
  const durations = registry.summary({
    name: 'prometheus_engine_query_duration_seconds',
    help: 'Query timings',
    labelNames: ['slice'],
    quantiles: [0.5, 0.9, 0.99],
  });
  const histogram = registry.histogram({
    name: 'prometheus_engine_query_duration_histogram_seconds',
    help: 'The duration of various parts of PromQL query execution.',
    labelNames: ['slice'],
    buckets: [0.01, 0.1, 1, 10],
  });
  const total = registry.counter({
    name: 'prometheus_engine_query_samples_total',
    help: 'The total number of samples loaded by all queries (full window per step for range-vector).',
  });
  const read = registry.counter({
    name: 'prometheus_engine_query_samples_read_total',
    help: 'The total number of samples read by all queries (only new points per step for range-vector).',
  });
  for (const slice of slices) {
    durations.show(slice);
    histogram.show(slice);
  }
  total.add(0);
  read.add(0);
  return {
    current,
    observe(slice, seconds) {
      durations.observe(seconds, slice);
      histogram.observe(seconds, slice);
    },
    addSamples(counts) {
      total.add(counts.total);
      read.add(counts.read);
    },
  };
}
