import { parseGoBool } from '../base/index.js';
import { encodeQuery, formatUrl } from '../http/index.js';
import { Labels, LabelsBuilder } from '../model/index.js';
import { fnv64a } from './fnv.js';
import type { ScrapeOptions } from './options.js';
import { type DiscoveredTarget, discoveredLabels, unixSocketLabel } from './target-labels.js';

export type TargetHealth = 'unknown' | 'up' | 'down';

/** What became of the last scrape. */
export interface TargetState {
  readonly health: TargetHealth;
  /** "" when the scrape went well or there was none. */
  readonly lastError: string;
  /** Milliseconds since the epoch; undefined before the first scrape. */
  readonly lastScrapeMs: number | undefined;
  readonly lastScrapeDurationMs: number;
}

/** One endpoint that is scraped: its labels after relabelling and how its scrapes went. */
export class Target {
  /** Reserved ones included: `__address__`, `__scheme__`… */
  readonly allLabels: Labels;
  /** The labels that its series get. */
  readonly labels: Labels;
  readonly url: string;
  /** Equal for targets that are scraped the same way. */
  readonly hash: bigint;
  #options: ScrapeOptions;
  #discovered: DiscoveredTarget;
  #state: TargetState = {
    health: 'unknown',
    lastError: '',
    lastScrapeMs: undefined,
    lastScrapeDurationMs: 0,
  };

  constructor(allLabels: Labels, options: ScrapeOptions, discovered: DiscoveredTarget) {
    this.allLabels = allLabels;
    this.labels = publicLabels(allLabels);
    this.#options = options;
    this.#discovered = discovered;
    this.url = targetUrl(allLabels, options.params);
    this.hash = fnv64a(allLabels.hash().toString().padStart(16, '0') + this.url);
  }

  get state(): TargetState {
    return this.#state;
  }

  get socketPath(): string {
    return this.allLabels.get(unixSocketLabel);
  }

  discoveredLabels(): Labels {
    return discoveredLabels(this.#options, this.#discovered).labels();
  }

  /** A duplicate or a later discovery of the same target: what it was found as is shown from then on. */
  setDiscovered(options: ScrapeOptions, discovered: DiscoveredTarget): void {
    this.#options = options;
    this.#discovered = discovered;
  }

  report(state: Omit<TargetState, 'health'>): void {
    this.#state = { ...state, health: state.lastError === '' ? 'up' : 'down' };
  }

  /** A label that overrides a setting of the job. */
  flag(label: string, otherwise: boolean): boolean {
    return parseGoBool(this.allLabels.get(label)) ?? otherwise;
  }

  /** Milliseconds until the first scrape: targets are spread over the interval, the same way after each restart. */
  offsetMs(options: { intervalMs: number; seed: bigint; nowMs: number }): number {
    const interval = BigInt(Math.round(options.intervalMs * 1e6));
    const base = interval - ((BigInt(Math.floor(options.nowMs)) * 1_000_000n) % interval);
    let next = base + ((this.hash ^ options.seed) % interval);
    if (next > interval) next -= interval;
    return Number(next) / 1e6;
  }
}

function publicLabels(labels: Labels): Labels {
  return Labels.fromSortedPairs([...labels].filter(([name]) => !name.startsWith('__')).flat());
}

function targetUrl(labels: Labels, configured: ReadonlyMap<string, readonly string[]>): string {
  const params = new Map([...configured].map(([name, values]) => [name, [...values]]));
  for (const [name, value] of labels) {
    if (!name.startsWith('__param_')) continue;
    const key = name.slice('__param_'.length);
    params.set(key, [value, ...(params.get(key) ?? []).slice(1)]);
  }
  const host = labels.get('__address__') || (labels.get(unixSocketLabel) === '' ? '' : 'localhost');
  return formatUrl({
    scheme: labels.get('__scheme__'),
    host,
    path: labels.get('__metrics_path__'),
    query: encodeQuery(params),
  });
}

/** Before each scrape's series: target labels win unless the job honours what the target says. Source: scrape.go. */
export function withTargetLabels(scraped: Labels, target: Labels, honorLabels: boolean): LabelsBuilder {
  const builder = new LabelsBuilder(scraped);
  if (honorLabels) {
    for (const [name, value] of target) if (!scraped.has(name)) builder.set(name, value);
    return builder;
  }
  const conflicting: [name: string, value: string][] = [];
  for (const [name, value] of target) {
    const exposed = scraped.get(name);
    if (exposed !== '') conflicting.push([name, exposed]);
    builder.set(name, value);
  }
  conflicting.sort(([a], [b]) => Buffer.byteLength(a) - Buffer.byteLength(b));
  for (const [name, value] of conflicting) {
    let renamed = `exported_${name}`;
    while (builder.get(renamed) !== '') renamed = `exported_${renamed}`;
    builder.set(renamed, value);
  }
  return builder;
}
