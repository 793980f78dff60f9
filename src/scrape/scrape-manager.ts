import type { Clock, Disk, Random } from '../base/index.js';
import type { TargetGroup } from '../discovery/index.js';
import { createBodyMemory, createHttpClient, type HttpGet } from '../http/index.js';
import type { HttpClientOptions } from '../http/options.js';
import type { Labels } from '../model/index.js';
import type { Appendable } from '../storage/index.js';
import type { Logger } from '../telemetry/index.js';
import { fnv64a } from './fnv.js';
import type { FamilyMetadata } from './metadata-cache.js';
import type { ScrapeOptions } from './options.js';
import { PageLanes } from './page-lanes.js';
import { sameBut } from './same-options.js';
import { ScrapeBeat } from './scrape-beat.js';
import type { ScrapeMetrics } from './scrape-metrics.js';
import type { SelfTarget } from './scrape-once.js';
import { type PoolPorts, ScrapePool } from './scrape-pool.js';
import type { Target, TargetHealth } from './target.js';

export interface ScrapeManagerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly disk: Disk;
  readonly storage: Appendable;
  readonly logger: Logger;
  readonly metrics: ScrapeMetrics;
  /** The host's full name: with the external labels it spreads the scrapes of servers that scrape the same targets. */
  readonly hostName: string;
  /** Whether a target is this server itself, and its page. */
  readonly self?: SelfTarget;
  /** Stand-ins for tests. */
  readonly createClient?: (options: HttpClientOptions) => HttpGet;
  /** The compiled kernels; asked for when the first page is read. */
  kernels(): WebAssembly.Module;
  /** Bytes of all bodies in flight, uncompressed. */
  readonly inFlightBytes?: number;
}

/** A target as /api/v1/targets shows it. */
export interface TargetView {
  readonly scrapePool: string;
  readonly discoveredLabels: Labels;
  readonly labels: Labels;
  readonly scrapeUrl: string;
  readonly health: TargetHealth;
  readonly lastError: string;
  readonly lastScrapeMs: number | undefined;
  readonly lastScrapeDurationMs: number;
  /** As the labels have them: `15s`. */
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string;
  /** What its series' families were said to be. */
  metadata(): readonly FamilyMetadata[];
  metadataOf(family: string): FamilyMetadata | undefined;
}

export interface DroppedTargetView {
  readonly scrapePool: string;
  readonly discoveredLabels: Labels;
}

/** All that the scraper reads of a configuration. */
export interface ScrapeConfiguration {
  readonly jobs: readonly { readonly scrape: ScrapeOptions }[];
  readonly externalLabels: Labels;
}

/** One pool a job. `apply` before `start`; groups come from discovery, by job. */
export class ScrapeManager {
  readonly #options: ScrapeManagerOptions;
  readonly #createClient: (options: HttpClientOptions) => HttpGet;
  readonly #lanes: PageLanes;
  readonly #pools = new Map<string, ScrapePool>();
  /** Jobs that are gone, whose targets may still owe stale markers. */
  readonly #gone = new Set<ScrapePool>();
  readonly #groups = new Map<string, readonly TargetGroup[]>();
  #jobs = new Map<string, ScrapeOptions>();
  #offsetSeed = 0n;
  readonly #beat = new ScrapeBeat();
  #isStarted = false;

  constructor(options: ScrapeManagerOptions) {
    this.#options = options;
    this.#lanes = new PageLanes(options);
    const memory = createBodyMemory(options.inFlightBytes);
    const ports = { disk: options.disk, clock: options.clock, ...memory };
    this.#createClient = options.createClient ?? ((client) => createHttpClient(client, ports));
  }

  /** Reloads: pools whose job is the same stay untouched. Resolves once all others have changed over. */
  async apply(configuration: ScrapeConfiguration): Promise<void> {
    this.#offsetSeed = fnv64a(this.#options.hostName + configuration.externalLabels.toString());
    this.#jobs = new Map(configuration.jobs.map(({ scrape }) => [scrape.jobName, scrape]));
    const changes: Promise<void>[] = [];
    for (const [name, pool] of this.#pools) {
      const options = this.#jobs.get(name);
      if (options === undefined) {
        this.#pools.delete(name);
        this.#groups.delete(name);
        this.#gone.add(pool);
        changes.push(pool.stop({ markGone: true }));
      } else if (!sameBut(pool.options, options)) {
        changes.push(pool.reload(options));
      }
    }
    await Promise.all(changes);
    if (this.#isStarted) for (const name of this.#jobs.keys()) this.#syncPool(name);
  }

  /** Scrapes begin; each target's first one is due within its interval. */
  start(): void {
    this.#isStarted = true;
    for (const name of this.#jobs.keys()) this.#syncPool(name);
  }

  /** All groups of a job, as discovery finds them. */
  updateGroups(job: string, groups: readonly TargetGroup[]): void {
    this.#groups.set(job, groups);
    if (this.#isStarted) this.#syncPool(job);
  }

  /** Ends all scrapes at once and writes no stale markers. */
  async stop(): Promise<void> {
    this.#isStarted = false;
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    for (const pool of this.#gone) pool.abandon();
    this.#gone.clear();
    await Promise.all(pools.map((pool) => pool.stop({ markGone: false })));
  }

  #syncPool(job: string): void {
    const options = this.#jobs.get(job);
    const groups = this.#groups.get(job);
    if (options === undefined || groups === undefined) return;
    let pool = this.#pools.get(job);
    if (pool === undefined) {
      pool = new ScrapePool(this.#poolPorts(job), options);
      this.#pools.set(job, pool);
    }
    pool.sync(groups);
  }

  #poolPorts(job: string): PoolPorts {
    const { clock, storage, metrics, logger, self } = this.#options;
    return {
      clock,
      storage,
      metrics,
      self,
      logger: logger.with({ scrape_pool: job }),
      lanes: this.#lanes,
      offsetSeed: this.#offsetSeed,
      beat: this.#beat,
      createClient: this.#createClient,
    };
  }

  /** The names of the jobs that have been given targets, in the order of the configuration. */
  scrapePools(): string[] {
    return [...this.#jobs.keys()].filter((name) => this.#pools.has(name));
  }

  poolOptions(job: string): ScrapeOptions | undefined {
    return this.#pools.get(job)?.options;
  }

  targets(): TargetView[] {
    return this.scrapePools().flatMap((name) => {
      const pool = this.#pools.get(name) as ScrapePool;
      return pool.activeTargets().map((target) => viewOf(name, pool, target));
    });
  }

  droppedTargets(): DroppedTargetView[] {
    return this.scrapePools().flatMap((scrapePool) => {
      const { labels } = (this.#pools.get(scrapePool) as ScrapePool).droppedTargets();
      return labels.map((discoveredLabels) => ({ scrapePool, discoveredLabels }));
    });
  }

  /** By job, all dropped targets, those not kept too. */
  droppedCounts(): ReadonlyMap<string, number> {
    return new Map(
      this.scrapePools().map((name) => [name, (this.#pools.get(name) as ScrapePool).droppedTargets().count]),
    );
  }
}

function viewOf(scrapePool: string, pool: ScrapePool, target: Target): TargetView {
  const { health, lastError, lastScrapeMs, lastScrapeDurationMs } = target.state;
  return {
    scrapePool,
    discoveredLabels: target.discoveredLabels(),
    labels: target.labels,
    scrapeUrl: target.url,
    health,
    lastError,
    lastScrapeMs,
    lastScrapeDurationMs,
    scrapeInterval: target.allLabels.get('__scrape_interval__'),
    scrapeTimeout: target.allLabels.get('__scrape_timeout__'),
    metadata: () => pool.metadataOf(target)?.list() ?? [],
    metadataOf: (family) => {
      const metadata = pool.metadataOf(target)?.get(family);
      return metadata === undefined ? undefined : { family, ...metadata };
    },
  };
}
