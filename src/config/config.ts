import type { DiscoveryOptions } from '../discovery/options.js';
import type { RemoteReadOptions, RemoteWriteOptions } from '../remote/options.js';
import type { ScrapeOptions } from '../scrape/options.js';
import type { StorageOptions } from '../tsdb/options.js';
import type { AlertingOptions } from './alerting.js';
import type { GlobalConfig } from './global.js';
import type { OtlpOptions } from './otlp.js';
import type { TracingOptions } from './tracing.js';

/** One entry of `scrape_configs`. */
export interface Job {
  readonly scrape: ScrapeOptions;
  readonly discovery: DiscoveryOptions;
}

/** A checked configuration: everything inherited is filled in, paths are joined with the file's directory. */
export interface Config {
  readonly global: GlobalConfig;
  /** `runtime.gogc`, which says nothing to this runtime and is shown as set. */
  readonly goGcPercent: number;
  readonly alerting: AlertingOptions;
  readonly ruleFiles: readonly string[];
  readonly scrapeConfigFiles: readonly string[];
  readonly jobs: readonly Job[];
  readonly storage: StorageOptions;
  readonly tracing: TracingOptions | undefined;
  readonly remoteWrite: readonly RemoteWriteOptions[];
  readonly remoteRead: readonly RemoteReadOptions[];
  readonly otlp: OtlpOptions;
}
