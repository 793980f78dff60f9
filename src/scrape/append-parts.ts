import type { Logger } from '../telemetry/index.js';
import type { MetadataCache } from './metadata-cache.js';
import type { ScrapeOptions } from './options.js';
import type { ScrapeCache } from './scrape-cache.js';
import type { ScrapeMetrics } from './scrape-metrics.js';
import type { Target } from './target.js';

/** What a target's pages are read with. */
export interface AppendParts {
  readonly options: ScrapeOptions;
  readonly target: Target;
  readonly cache: ScrapeCache;
  readonly metadata: MetadataCache;
  readonly metrics: ScrapeMetrics;
  readonly logger: Logger;
}
