import { type Config, renderScrapeConfig } from '../config/index.js';
import type { ScrapeManager, TargetView } from '../scrape/index.js';
import type { DroppedTarget, TargetStatus, TargetsProvider } from '../web/index.js';

/** The scraper's targets as /api/v1/targets shows them. */
export function targetsProvider(scraping: ScrapeManager, config: () => Config): TargetsProvider {
  const byPool = <Entry extends { readonly scrapePool: string }, Shown>(
    entries: readonly Entry[],
    show: (entry: Entry) => Shown,
  ): Map<string, Shown[]> => {
    const pools = new Map<string, Shown[]>();
    for (const pool of scraping.scrapePools()) pools.set(pool, []);
    for (const entry of entries) pools.get(entry.scrapePool)?.push(show(entry));
    return pools;
  };
  return {
    pools: () => scraping.scrapePools(),
    active: () => byPool(scraping.targets(), statusOf),
    dropped: () => byPool(scraping.droppedTargets(), (dropped): DroppedTarget => dropped),
    droppedCounts: () => scraping.droppedCounts(),
    poolConfig(pool) {
      const job = config().jobs.find(({ scrape }) => scrape.jobName === pool);
      return job && renderScrapeConfig(job);
    },
  };
}

function statusOf(target: TargetView): TargetStatus {
  return {
    discoveredLabels: target.discoveredLabels,
    labels: target.labels,
    scrapeUrl: target.scrapeUrl,
    lastError: target.lastError,
    lastScrapeMs: target.lastScrapeMs,
    lastScrapeSeconds: target.lastScrapeDurationMs / 1000,
    health: target.health,
    scrapeInterval: target.scrapeInterval,
    scrapeTimeout: target.scrapeTimeout,
    metadata: () => target.metadata().map(({ family, ...metadata }) => ({ metric: family, ...metadata })),
  };
}
