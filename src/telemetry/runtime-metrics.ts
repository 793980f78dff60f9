import type { MetricRegistry, SummaryReading } from './metric-registry.js';

/** Seconds by which the event loop came late, since the probe was last reset. */
export interface EventLoopLag {
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly stddev: number;
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
}

/** What the JavaScript runtime says of itself; the real one reads `perf_hooks` and `process`. */
export interface RuntimeProbe {
  eventLoopLag(): EventLoopLag;
  /** Seconds by which the event loop came late: counted since the start, quantiles of about the last minute. */
  eventLoopDelay(): SummaryReading;
  heap(): { readonly totalBytes: number; readonly usedBytes: number; readonly externalBytes: number };
  /** Resources that keep the event loop alive. */
  activeResourceCount(): number;
  /** `v24.21.0`. */
  readonly version: string;
}

const lagHelp: Readonly<Record<keyof EventLoopLag, string>> = {
  min: 'The minimum recorded event loop delay.',
  max: 'The maximum recorded event loop delay.',
  mean: 'The mean of the recorded event loop delays.',
  stddev: 'The standard deviation of the recorded event loop delays.',
  p50: 'The 50th percentile of the recorded event loop delays.',
  p90: 'The 90th percentile of the recorded event loop delays.',
  p99: 'The 99th percentile of the recorded event loop delays.',
};

/** The `nodejs_*` families, named as the Node.js client library of Prometheus names them. */
export function registerRuntimeMetrics(registry: MetricRegistry, probe: RuntimeProbe): void {
  for (const key of Object.keys(lagHelp) as (keyof EventLoopLag)[]) {
    registry.gaugeFrom({ name: `nodejs_eventloop_lag_${key}_seconds`, help: lagHelp[key] }, () => {
      return probe.eventLoopLag()[key];
    });
  }
  registry.summaryFrom(
    {
      name: 'nodejs_eventloop_delay_seconds',
      help: 'How late the event loop came to its timers; quantiles are those of about the last minute.',
    },
    () => probe.eventLoopDelay(),
  );
  registry.gaugeFrom(
    { name: 'nodejs_heap_size_total_bytes', help: 'Process heap size from Node.js in bytes.' },
    () => probe.heap().totalBytes,
  );
  registry.gaugeFrom(
    { name: 'nodejs_heap_size_used_bytes', help: 'Process heap size used from Node.js in bytes.' },
    () => probe.heap().usedBytes,
  );
  registry.gaugeFrom(
    { name: 'nodejs_external_memory_bytes', help: 'Node.js external memory size in bytes.' },
    () => probe.heap().externalBytes,
  );
  registry.gaugeFrom(
    { name: 'nodejs_active_resources_total', help: 'Total number of active resources.' },
    () => probe.activeResourceCount(),
  );
  const [major = '', minor = '', patch = ''] = probe.version.replace(/^v/, '').split('.');
  registry
    .gauge({
      name: 'nodejs_version_info',
      help: 'Node.js version info.',
      labelNames: ['version', 'major', 'minor', 'patch'],
    })
    .set(1, probe.version, major, minor, patch);
}
