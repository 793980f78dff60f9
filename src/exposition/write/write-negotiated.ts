import type { MetricFamily } from '../../telemetry/index.js';
import { negotiateFormat } from '../negotiate/negotiate-format.js';
import { writeText } from './write-text.js';

/** A page of our own metrics for an Accept header: text whatever is asked for, since OpenMetrics is off in upstream's handler. */
export function writeNegotiated(
  families: readonly MetricFamily[],
  accept: string,
): { readonly body: string; readonly contentType: string } {
  const { contentType, escaping } = negotiateFormat(accept);
  return { body: writeText(families, { escaping }), contentType };
}
