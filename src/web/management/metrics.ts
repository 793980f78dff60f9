import { negotiateFormat, writeText } from '../../exposition/index.js';
import type { MetricFamily } from '../../telemetry/index.js';
import { type Answer, notFound, type Route, type WebContext, type WebRequest } from '../route.js';

/** Upstream's own metrics are text whatever is asked for; OpenMetrics is off in its handler. */
function exposition(families: readonly MetricFamily[], accept: string): Answer {
  const { contentType, escaping } = negotiateFormat(accept);
  return { kind: 'plain', contentType, body: writeText(families, { escaping }) };
}

function metrics({ accept }: WebRequest, { ports }: WebContext): Answer {
  return exposition(ports.registry.collect(), accept);
}

async function hostMetrics({ accept }: WebRequest, { ports }: WebContext): Promise<Answer> {
  const families = await ports.hostMetrics?.();
  return families === undefined ? notFound : exposition(families, accept);
}

export const metricsRoute: Route = { name: '/metrics', methods: { GET: metrics }, compress: true };
export const hostMetricsRoute: Route = {
  name: '/metrics/host',
  methods: { GET: hostMetrics },
  compress: true,
};
