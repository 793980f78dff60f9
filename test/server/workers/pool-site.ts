import { systemClock } from '../../../src/base/index.js';
import { createQueryEngine, queryParser } from '../../../src/server/query-engine.js';
import { CostModel, type StoreFigures } from '../../../src/server/workers/query-cost.js';
import { registerQueryMetrics } from '../../../src/server/workers/query-metrics.js';
import { QueryPool, type QueryPoolOptions } from '../../../src/server/workers/query-pool.js';
import { QueryRelay } from '../../../src/server/workers/query-relay.js';
import type { Storage } from '../../../src/storage/index.js';
import { MetricRegistry } from '../../../src/telemetry/index.js';
import {
  createWebServer,
  defaultWebOptions,
  type WebOptions,
  type WebPorts,
} from '../../../src/web/index.js';
import { createTestKernels, kernelModule } from '../../support/kernels.js';
import { stubPorts } from '../../web/stub-ports.js';
import { type StoreSeed, seededStore } from './seeded-store.js';

export interface Site {
  /** Of a server that answers everything on its own thread. */
  readonly plain: string;
  /** Of one that has workers. */
  readonly relayed: string;
  readonly pool: QueryPool;
  readonly ports: WebPorts;
  readonly registry: MetricRegistry;
  /** Slots of readers that are open. */
  readonly leases: Set<number>;
  readonly log: string[];
  source: StoreSeed;
  close(): Promise<void>;
}

export interface SiteChanges {
  readonly pool?: Partial<QueryPoolOptions>;
  readonly web?: Partial<WebOptions>;
  readonly figures?: Partial<StoreFigures>;
}

const features: ReadonlySet<string> = new Set();
const engineSettings = { lookbackDeltaMs: 300_000, timeoutMs: 20_000, maxSamples: 50_000_000, features };

/** Two servers over stores of the same seed, one with workers; by default every query goes to one. */
export async function openSite(source: StoreSeed, changes: SiteChanges = {}): Promise<Site> {
  const store = await seededStore(source);
  const registry = new MetricRegistry();
  const metrics = registerQueryMetrics(registry, 20);
  const leases = new Set<number>();
  const log: string[] = [];
  let lastLease = 0;
  const pool = new QueryPool({
    entry: new URL('./seeded-worker.js', import.meta.url),
    module: await kernelModule(),
    engine: engineSettings,
    clock: systemClock,
    defaultStepMs: () => 60_000,
    memoryBytes: 64 << 20,
    heapBytes: 256 << 20,
    killAfterMs: 200,
    maxWorkers: 3,
    maxQueries: 20,
    maxWaiting: 10,
    idleMs: 60_000,
    replaceAboveBytes: 32 << 20,
    lease() {
      const slot = ++lastLease;
      leases.add(slot);
      return { current: () => site.source, close: () => leases.delete(slot) };
    },
    metrics,
    log: (_, message, fields) => log.push(`${message} ${fields?.err ?? ''}`),
    ...changes.pool,
  });
  const parser = queryParser(features);
  const figures: StoreFigures = {
    seriesCount: source.series,
    memoryFromMs: Number.POSITIVE_INFINITY,
    seriesBound: () => source.series,
    blockCount: () => 12,
    blockSeriesBound: () => source.series,
    ...changes.figures,
  };
  const relay = new QueryRelay({
    pool,
    costs: new CostModel({ parser, lookbackDeltaMs: 300_000 }),
    store: () => figures,
    clock: systemClock,
    timeoutMs: engineSettings.timeoutMs,
  });
  const ports = await webPorts(store);
  const engine = relay.measured(ports.engine, metrics);
  const web = { ...defaultWebOptions, ...changes.web };
  const plain = await createWebServer(ports, web);
  const relayed = await createWebServer({ ...ports, engine, registry, relay }, web);
  const [plainAddress = ''] = await plain.listen(['127.0.0.1:0']);
  const [relayedAddress = ''] = await relayed.listen(['127.0.0.1:0']);
  const site: Site = {
    plain: plainAddress,
    relayed: relayedAddress,
    pool,
    ports,
    registry,
    leases,
    log,
    source,
    async close() {
      await Promise.all([plain.close(0), relayed.close(0)]);
      await pool.close();
    },
  };
  return site;
}

async function webPorts(store: Storage): Promise<WebPorts> {
  const kernels = await createTestKernels();
  const engine = createQueryEngine(engineSettings, {
    clock: systemClock,
    kernels,
    queryMaxBytes: 64 << 20,
    defaultStepMs: () => 60_000,
  });
  return stubPorts({ engine, parser: queryParser(features), queryable: store, clock: systemClock });
}
