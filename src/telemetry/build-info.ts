import type { MetricRegistry } from './metric-registry.js';

export interface BuildLabels {
  readonly branch: string;
  readonly goarch: string;
  readonly goos: string;
  readonly goversion: string;
  readonly revision: string;
  readonly tags: string;
  readonly version: string;
}

/** `prometheus_build_info`, with upstream's label names: dashboards group by them. */
export function registerBuildInfo(registry: MetricRegistry, labels: BuildLabels): void {
  const labelNames = ['branch', 'goarch', 'goos', 'goversion', 'revision', 'tags', 'version'] as const;
  const gauge = registry.gauge({
    name: 'prometheus_build_info',
    help:
      "A metric with a constant '1' value labeled by version, revision, branch, goversion from which " +
      'prometheus was built, and the goos and goarch for the build.',
    labelNames,
  });
  gauge.set(1, ...labelNames.map((name) => labels[name]));
}
