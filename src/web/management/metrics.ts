import { writeNegotiated } from '../../exposition/index.js';
import type { MetricFamily } from '../../telemetry/index.js';
import { type Answer, notFound, type Route, type WebContext, type WebRequest } from '../route.js';

function exposition(families: readonly MetricFamily[], accept: string): Answer {
  return { kind: 'plain', ...writeNegotiated(families, accept) };
}

async function metrics({ accept }: WebRequest, { ports }: WebContext): Promise<Answer> {
  return exposition(await ports.registry.gather(), accept);
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
