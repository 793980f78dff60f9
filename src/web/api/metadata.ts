import { compareUtf8 } from '../../base/index.js';
import { jsonBody } from '../json/index.js';
import type { TargetMetadata } from '../ports.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { optionalCount } from './targets-metadata.js';

function metricMetadata({ form }: WebRequest, { ports }: WebContext): Answer {
  const limit = optionalCount(form.get('limit'), 'limit must be a number');
  const limitPerMetric = optionalCount(form.get('limit_per_metric'), 'limit_per_metric must be a number');
  const metric = form.get('metric');
  const found = new Map<string, Map<string, TargetMetadata>>();
  for (const targets of ports.targets.active().values()) {
    for (const target of targets) {
      for (const metadata of target.metadata()) {
        if (metric === '' || metadata.metric === metric) add(found, metadata, limitPerMetric);
      }
    }
  }
  const sorted = [...found].sort(([a], [b]) => compareUtf8(a, b));
  const rows = limit >= 0 ? sorted.slice(0, limit) : sorted;
  const data = new Map(
    rows.map(([name, variants]) => {
      return [name, [...variants.values()].map(({ type, unit, help }) => ({ type, unit, help }))] as const;
    }),
  );
  return { kind: 'data', data: jsonBody(data) };
}

/** What targets say differently of one metric stands side by side, up to `limit` when it is above 0. */
function add(found: Map<string, Map<string, TargetMetadata>>, metadata: TargetMetadata, limit: number): void {
  const variants = found.get(metadata.metric) ?? new Map<string, TargetMetadata>();
  if (limit > 0 && variants.size >= limit) return;
  variants.set(JSON.stringify([metadata.type, metadata.unit, metadata.help]), metadata);
  found.set(metadata.metric, variants);
}

export const metadataRoute: Route = { name: '/metadata', methods: { GET: metricMetadata } };
