/** Puts together what answers queries: an engine for small ones here, a pool of workers for the others. */
import { availableParallelism, totalmem } from 'node:os';
import type { Clock, Disk } from '../../base/index.js';
import { Kernels, reserveMemory } from '../../kernels/index.js';
import type { Engine } from '../../promql/index.js';
import type { Logger, MetricRegistry } from '../../telemetry/index.js';
import type { Database } from '../../tsdb/index.js';
import type { RouteRelay } from '../../web/index.js';
import { createQueryEngine, type QueryEngineSettings, queryParser } from '../query-engine.js';
import type { ServerSettings } from '../settings.js';
import { type Budgets, planBudgets } from './budgets.js';
import { figuresOf, leaseOf } from './database-views.js';
import { MaintenanceThread } from './maintenance-thread.js';
import { CostModel } from './query-cost.js';
import { type QueryMetrics, registerQueryMetrics } from './query-metrics.js';
import { QueryPool } from './query-pool.js';
import { QueryRelay } from './query-relay.js';
import { findWorkerEntry } from './worker-entry.js';

export interface WorkersOptions {
  readonly settings: ServerSettings;
  /** The compiled kernels. */
  readonly module: WebAssembly.Module;
  readonly disk: Disk;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly registry: MetricRegistry;
  /** The step of subqueries that name none. */
  readonly defaultStepMs: () => number;
  /** Throws before it is open; requests are let in after that. */
  readonly database: () => Database;
}

export interface Workers {
  /** Of this thread's queries; its readers may use them too. */
  readonly kernels: Kernels;
  /** Answers queries of this thread. */
  readonly engine: Engine;
  readonly relay: RouteRelay;
  readonly maintenance: MaintenanceThread;
  /** Once the database is open: workers follow its views. */
  follow(): void;
  /** The configuration changed. */
  refreshDefaultStep(): void;
  /** Ends the query workers; answers under way fail. Before the database closes: they read it. */
  closeQueries(): Promise<void>;
  /** Ends the maintenance worker. After the database has closed: it ends its jobs. */
  closeMaintenance(): Promise<void>;
}

const maxWaitingQueries = 1000;
const workerIdleMs = 60_000;
const killAfterMs = 5000;
const maintenanceIdleMs = 30_000;

/** Starts nothing before it is needed. */
export async function createWorkers(options: WorkersOptions): Promise<Workers> {
  const { settings, module, disk, clock, defaultStepMs } = options;
  const { maxConcurrentQueries, queryMaxBytes } = settings;
  const budgets = planBudgets({
    processors: availableParallelism(),
    memoryBytes: totalmem(),
    queryMaxBytes,
  });
  const metrics = registerQueryMetrics(options.registry, maxConcurrentQueries);
  const entry = await findWorkerEntry(disk, 'query-worker');
  const pool = createPool(options, { budgets, metrics, entry });
  const maxBytes = budgets.mainQueryBytes;
  const kernels = new Kernels(module, reserveMemory({ maxBytes }), maxBytes);
  const { relay, engine } = createRelay(options, { kernels, maxBytes, pool });
  const maintenance = new MaintenanceThread({
    entry: await findWorkerEntry(disk, 'maintenance-worker'),
    module,
    clock,
    memoryBytes: budgets.maintenanceBytes,
    heapBytes: budgets.maintenanceHeapBytes,
    idleMs: maintenanceIdleMs,
  });
  return {
    kernels,
    engine: relay.measured(engine, metrics),
    relay,
    maintenance,
    follow: () => options.database().onViewChange(() => pool.refresh()),
    refreshDefaultStep: () => pool.setDefaultStep(defaultStepMs()),
    closeQueries: () => pool.close(),
    closeMaintenance: () => maintenance.close(),
  };
}

function createPool(
  options: WorkersOptions,
  { budgets, metrics, entry }: { budgets: Budgets; metrics: QueryMetrics; entry: URL },
): QueryPool {
  const { settings, module, clock, logger, defaultStepMs } = options;
  const log = logger.with({ component: 'query workers' });
  return new QueryPool({
    entry,
    module,
    engine: engineSettings(settings),
    clock,
    defaultStepMs,
    memoryBytes: budgets.queryBytes,
    heapBytes: budgets.workerHeapBytes,
    replaceAboveBytes: budgets.replaceAboveBytes,
    maxWorkers: budgets.maxWorkers,
    maxQueries: settings.maxConcurrentQueries,
    maxWaiting: maxWaitingQueries,
    idleMs: workerIdleMs,
    killAfterMs,
    lease: () => leaseOf(options.database()),
    metrics,
    log: (level, message, fields) => log[level](message, fields),
  });
}

function createRelay(
  options: WorkersOptions,
  { kernels, maxBytes, pool }: { kernels: Kernels; maxBytes: number; pool: QueryPool },
): { relay: QueryRelay; engine: Engine } {
  const { settings, clock, defaultStepMs } = options;
  const { lookbackDeltaMs, queryTimeoutMs } = settings;
  const relay = new QueryRelay({
    pool,
    clock,
    timeoutMs: queryTimeoutMs,
    costs: new CostModel({ parser: queryParser(settings.features), lookbackDeltaMs }),
    store: () => figuresOf(options.database()),
  });
  const engine = createQueryEngine(engineSettings(settings), {
    clock,
    kernels,
    queryMaxBytes: maxBytes,
    defaultStepMs,
    maxConcurrency: settings.maxConcurrentQueries,
  });
  return { relay, engine };
}

function engineSettings(settings: ServerSettings): QueryEngineSettings {
  const { lookbackDeltaMs, queryTimeoutMs: timeoutMs, maxSamples, features } = settings;
  return { lookbackDeltaMs, timeoutMs, maxSamples, features };
}
