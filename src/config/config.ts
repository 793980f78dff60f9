import type { DiscoveryOptions } from '../discovery/options.js';
import type { ScrapeOptions } from '../scrape/options.js';
import type { StorageOptions } from '../tsdb/options.js';
import type { RawYaml } from '../yaml/index.js';
import type { GlobalConfig } from './global.js';

/** One entry of `scrape_configs`. */
export interface Job {
  readonly scrape: ScrapeOptions;
  readonly discovery: DiscoveryOptions;
}

/** Top-level blocks that are known by name and kept as they stand. */
export const rawBlocks = ['alerting', 'tracing', 'remote_write', 'remote_read', 'otlp'] as const;
export type RawBlock = (typeof rawBlocks)[number];

/** A checked configuration: everything inherited is filled in, paths are joined with the file's directory. */
export interface Config {
  readonly global: GlobalConfig;
  /** `runtime.gogc`, which says nothing to this runtime and is shown as set. */
  readonly goGcPercent: number;
  readonly jobs: readonly Job[];
  readonly ruleFiles: readonly string[];
  readonly scrapeConfigFiles: readonly string[];
  readonly storage: StorageOptions;
  readonly raw: ReadonlyMap<RawBlock, RawYaml>;
}
