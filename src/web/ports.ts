/** What the HTTP surface needs of the rest of the server. Everything is passed in; nothing is looked up. */
import type { Clock } from '../base/index.js';
import type { Kernels } from '../kernels/index.js';
import type { Labels, Matcher, Metadata } from '../model/index.js';
import type { Engine, Expr } from '../promql/index.js';
import type { CardinalityStats, Queryable, TimeWindow } from '../storage/index.js';
import type { Logger, MetricFamily, MetricRegistry } from '../telemetry/index.js';
import type { RouteRelay } from './relay.js';

/** All throw `ParseError`. */
export interface QueryParser {
  parse(query: string): Expr;
  parseSelector(text: string): readonly Matcher[];
  pretty(expr: Expr): string;
}

export interface TargetMetadata extends Metadata {
  readonly metric: string;
}

/** An active target as it stands. */
export interface TargetStatus {
  readonly discoveredLabels: Labels;
  readonly labels: Labels;
  readonly scrapeUrl: string;
  /** "" when the last scrape succeeded. */
  readonly lastError: string;
  /** Undefined before the first scrape. */
  readonly lastScrapeMs: number | undefined;
  readonly lastScrapeSeconds: number;
  readonly health: 'up' | 'down' | 'unknown';
  /** As in the configuration: `15s`. */
  readonly scrapeInterval: string;
  readonly scrapeTimeout: string;
  /** What the target said of its metric families. */
  metadata(): Iterable<TargetMetadata>;
}

export interface DroppedTarget {
  readonly discoveredLabels: Labels;
}

/** By scrape pool. */
export interface TargetsProvider {
  pools(): readonly string[];
  active(): ReadonlyMap<string, readonly TargetStatus[]>;
  /** Those that are kept to be shown; `droppedCounts` counts all. */
  dropped(): ReadonlyMap<string, readonly DroppedTarget[]>;
  droppedCounts(): ReadonlyMap<string, number>;
  /** The pool's scrape configuration as YAML, undefined when there is no such pool. */
  poolConfig(pool: string): string | undefined;
}

export interface BuildInfo {
  readonly version: string;
  readonly revision: string;
  readonly branch: string;
  readonly buildUser: string;
  readonly buildDate: string;
  /** The runtime's version; the name is upstream's. */
  readonly goVersion: string;
}

export interface RuntimeInfo {
  readonly startTimeMs: number;
  readonly workingDirectory: string;
  readonly hostname: string;
  readonly reloadConfigSuccess: boolean;
  readonly lastConfigTimeMs: number | undefined;
  readonly corruptionCount: number;
  /** Threads, where upstream counts goroutines. */
  readonly threadCount: number;
  readonly processorCount: number;
  readonly memoryLimitBytes: number;
  /** `15d or 512MiB`. */
  readonly storageRetention: string;
}

export interface Lifecycle {
  /** Resolves to the error's text, or to undefined when the configuration was loaded. */
  reload(): Promise<string | undefined>;
  /** False when the server is on its way out already. */
  quit(): boolean;
}

export interface ReplayProgress {
  readonly min: number;
  readonly max: number;
  readonly current: number;
}

export interface Notification {
  readonly text: string;
  readonly timeMs: number;
  readonly active: boolean;
}

export type Readiness = 'starting' | 'ready' | 'stopping';

/** Takes messages of remote write 1.0, compressed by snappy. */
export interface RemoteWritePort {
  storeBlock(block: Uint8Array): Promise<{ readonly status: 204 | 400 | 500 | 503; readonly error: string }>;
  /** Counts bytes that a request is about to hold, until `release`; false where others hold too much. */
  hold(bytes: number): boolean;
  release(bytes: number): void;
}

/** What routes that ask for samples and labels need; they run on any thread that has it. */
export interface QueryPorts {
  readonly engine: Engine;
  readonly parser: QueryParser;
  readonly queryable: Queryable;
  readonly clock: Clock;
  /** Write the rows of matrices; absent: plain code writes the same text. */
  readonly kernels?: Kernels;
  /**
   * Answers of the engine stay in the memory of `kernels`, which are the engine's, until they are written: for threads
   * that answer one request after the other.
   */
  readonly borrows?: boolean;
}

/** What changes the stored samples. Rejects with an error to be told. */
export interface StorageAdmin {
  /** Both ends of the window are included. */
  deleteSamples(
    request: TimeWindow & { readonly matcherSets: readonly (readonly Matcher[])[] },
  ): Promise<void>;
  cleanTombstones(): Promise<void>;
  /** Answers the snapshot's name. */
  snapshot(withHead: boolean): Promise<string>;
}

export interface WebPorts extends QueryPorts {
  /** Absent: every request is answered on this thread. */
  readonly relay?: RouteRelay;
  readonly targets: TargetsProvider;
  readonly admin: StorageAdmin;
  cardinality(limit: number): CardinalityStats;
  /** The configuration as YAML, secrets hidden. */
  configText(): string;
  /** Every flag and its value. */
  readonly flags: ReadonlyMap<string, string>;
  readonly buildInfo: BuildInfo;
  runtimeInfo(): RuntimeInfo;
  replayProgress(): ReplayProgress;
  notifications(): readonly Notification[];
  readonly lifecycle: Lifecycle;
  readiness(): Readiness;
  readonly registry: MetricRegistry;
  /** Absent: the receiver is off. Resolves when what was accepted is durable; `error` is what the sender is told. */
  readonly remoteWrite?: RemoteWritePort | undefined;
  /** The machine's own figures, for /metrics/host; absent: there is no such path. */
  hostMetrics?(): Promise<readonly MetricFamily[]>;
  readonly logger: Logger;
}
