import { compareUtf8 } from '../../base/index.js';
import { type JsonBody, jsonList, jsonText, jsonTime } from '../json/index.js';
import type { WebOptions } from '../options.js';
import type { TargetStatus } from '../ports.js';
import type { Answer, Route, WebContext, WebRequest } from '../route.js';
import { globalUrl } from './global-url.js';

function targets({ query }: WebRequest, { ports, options }: WebContext): Answer {
  const pool = query.get('scrapePool');
  const state = query.get('state').toLowerCase();
  const isShown = (wanted: string): boolean => state === '' || state === 'any' || state === wanted;
  const active = isShown('active') ? inPool(ports.targets.active(), pool) : [];
  const dropped = isShown('dropped') ? inPool(ports.targets.dropped(), pool) : [];
  const counts = isShown('dropped') ? sortedByName(ports.targets.droppedCounts()) : null;
  const data: JsonBody = function* (out) {
    out.text('{"activeTargets":');
    yield* jsonList(active, ([name, target]) => activeText(name, target, options))(out);
    out.text(',"droppedTargets":');
    yield* jsonList(dropped, ([scrapePool, { discoveredLabels }]) => {
      return jsonText({ discoveredLabels, scrapePool });
    })(out);
    out.text(`,"droppedTargetCounts":${jsonText(counts)}}`);
  };
  return { kind: 'data', data };
}

function sortedByName<T>(map: ReadonlyMap<string, T>): Map<string, T> {
  return new Map([...map].sort(([a], [b]) => compareUtf8(a, b)));
}

/** Pool and target, pools in order; all pools when `pool` is "". */
function inPool<T>(pools: ReadonlyMap<string, readonly T[]>, pool: string): [pool: string, target: T][] {
  const found: [string, T][] = [];
  for (const [name, targets] of sortedByName(pools)) {
    if (pool === '' || name === pool) for (const target of targets) found.push([name, target]);
  }
  return found;
}

function activeText(scrapePool: string, target: TargetStatus, options: WebOptions): string {
  return jsonText({
    discoveredLabels: target.discoveredLabels,
    labels: target.labels,
    scrapePool,
    scrapeUrl: target.scrapeUrl,
    globalUrl: globalUrl(target.scrapeUrl, options),
    lastError: target.lastError,
    lastScrape: jsonTime(target.lastScrapeMs),
    lastScrapeDuration: target.lastScrapeSeconds,
    health: target.health,
    scrapeInterval: target.scrapeInterval,
    scrapeTimeout: target.scrapeTimeout,
  });
}

export const targetsRoute: Route = { name: '/targets', methods: { GET: targets } };
