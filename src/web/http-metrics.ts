import type { MetricRegistry } from '../telemetry/index.js';
import type { Readiness } from './ports.js';

export interface HttpMetrics {
  /** Once a response has ended or its client is gone. */
  observe(handler: string, code: number, seconds: number, sizeBytes: number): void;
}

const handlerLabel = ['handler'];

/** Upstream's metrics of its HTTP surface. Every handler starts with a 200 of zero, as upstream's. */
export function registerHttpMetrics(
  registry: MetricRegistry,
  handlers: readonly string[],
  readiness: () => Readiness,
): HttpMetrics {
  const requests = registry.counter({
    name: 'prometheus_http_requests_total',
    help: 'Counter of HTTP requests.',
    labelNames: ['handler', 'code'],
  });
  const duration = registry.histogram({
    name: 'prometheus_http_request_duration_seconds',
    help: 'Histogram of latencies for HTTP requests.',
    labelNames: handlerLabel,
    buckets: [0.1, 0.2, 0.4, 1, 3, 8, 20, 60, 120],
  });
  const size = registry.histogram({
    name: 'prometheus_http_response_size_bytes',
    help: 'Histogram of response size for HTTP requests.',
    labelNames: handlerLabel,
    buckets: [100, 1000, 10_000, 100_000, 1e6, 1e7, 1e8, 1e9],
  });
  registry.gaugeFrom(
    {
      name: 'prometheus_ready',
      help: 'Whether Prometheus startup was fully completed and the server is ready for normal operation.',
    },
    () => (readiness() === 'ready' ? 1 : 0),
  );
  for (const handler of handlers) requests.add(0, handler, '200');
  return {
    observe(handler, code, seconds, sizeBytes) {
      requests.add(1, handler, String(code));
      duration.observe(seconds, handler);
      size.observe(sizeBytes, handler);
    },
  };
}
