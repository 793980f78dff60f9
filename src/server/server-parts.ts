import type { Config } from '../config/index.js';
import type { ScrapeManager } from '../scrape/index.js';
import type { Queryable } from '../storage/index.js';
import type { Logger, MetricFamily, MetricRegistry } from '../telemetry/index.js';
import type { Database } from '../tsdb/index.js';
import type { Notification, Readiness, ReplayProgress } from '../web/index.js';
import type { ServeOptions } from './serve-options.js';
import type { Workers } from './workers/index.js';

/** The server's parts as its HTTP surface sees them. */
export interface ServerParts {
  readonly options: ServeOptions;
  readonly logger: Logger;
  readonly registry: MetricRegistry;
  readonly startTimeMs: number;
  readonly queryable: Queryable;
  readonly workers: Workers;
  /** The compiled kernels. */
  readonly kernelModule: WebAssembly.Module;
  readonly scraping: ScrapeManager;
  /** This machine's figures under node_exporter's names. */
  hostMetrics(): Promise<readonly MetricFamily[]>;
  /** Undefined before it is open. */
  database(): Database | undefined;
  /** Throws UserError before it is open. */
  requireDatabase(): Database;
  config(): Config;
  readiness(): Readiness;
  replayProgress(): ReplayProgress;
  notifications(): readonly Notification[];
  lastReload(): { readonly ok: boolean; readonly atMs: number | undefined };
  reload(): Promise<string | undefined>;
  stop(reason: string): boolean;
}
