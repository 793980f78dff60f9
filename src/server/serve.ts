import { hostname } from 'node:os';
import path from 'node:path';
import { assert, messageOf, systemFiles, UserError } from '../base/index.js';
import type { Config } from '../config/index.js';
import { DiscoveryManager } from '../discovery/index.js';
import { loadKernels } from '../kernels/index.js';
import { createScrapeMetrics, ScrapeManager } from '../scrape/index.js';
import type { Queryable } from '../storage/index.js';
import {
  createLogger,
  type Logger,
  MetricRegistry,
  registerBuildInfo,
  registerProcessMetrics,
  registerRuntimeMetrics,
} from '../telemetry/index.js';
import { type Database, openDatabase, openForServing, type ReplayProgress } from '../tsdb/index.js';
import { createWebServer, type Notification, type Readiness, type WebServer } from '../web/index.js';
import { registerDatabaseMetrics } from './database-metrics/register.js';
import { hostMetricsPath } from './default-config.js';
import { greeting } from './greeting.js';
import { collectHostMetrics, systemHostReader } from './host/collect-host-metrics.js';
import { readConfig } from './read-config.js';
import { watchRuntime } from './runtime-probe.js';
import { selfTarget } from './self-target.js';
import type { ServeOptions } from './serve-options.js';
import type { ServerParts } from './server-parts.js';
import { portOf } from './settings.js';
import { runningSettings, storageSettings } from './storage-settings.js';
import { buildInfo, compatibleVersion, webOptions, webPorts } from './web-ports.js';
import { createWorkers, type Workers } from './workers/index.js';

export interface RunningServer {
  /** Resolves when the server has stopped in order; rejects with what ended it otherwise. */
  readonly done: Promise<void>;
  /** Begins an orderly stop; false when one is under way already. */
  stop(reason: string, signal?: string): boolean;
  /** Resolves to the error's text, or undefined when the new configuration is in force. */
  reload(): Promise<string | undefined>;
}

/** Scraped samples are in the log within 50 ms of the answer. */
const walGatherMs = 25;

/** How long answers under way may take once the server stops; then their connections are cut. */
const stopGraceMs = 500;

/** Starts a server; everything that happens from then on is logged. */
export function serve(options: ServeOptions): RunningServer {
  const server = new Server(options);
  return {
    done: server.run(),
    stop: (reason, signal) => server.stop(reason, signal),
    reload: () => server.reload(),
  };
}

class Server {
  readonly #options: ServeOptions;
  readonly #logger: Logger;
  readonly #registry = new MetricRegistry();
  readonly #startTimeMs: number;
  readonly #stopping = Promise.withResolvers<void>();
  readonly #scraping: ScrapeManager;
  readonly #discovery: DiscoveryManager;
  #readiness: Readiness = 'starting';
  #addresses: readonly string[] = [];
  #database: Database | undefined;
  #workers: Workers | undefined;
  #kernels: WebAssembly.Module | undefined;
  #config: Config | undefined;
  #isEmbedded = false;
  #lastReload: { ok: boolean; atMs: number | undefined } = { ok: false, atMs: undefined };
  #reloading: Promise<unknown> = Promise.resolve();
  #replayProgress = { min: 0, max: 0, current: 0 };

  constructor(options: ServeOptions) {
    const { settings, clock, disk, random } = options;
    this.#options = options;
    this.#startTimeMs = clock.nowMs();
    const { logFormat: format, logLevel: level } = settings;
    this.#logger = createLogger({ format, level, clock, write: options.log });
    this.#scraping = new ScrapeManager({
      clock,
      random,
      disk,
      storage: { appender: () => this.#requireDatabase().appender() },
      kernels: () => this.#requireKernels(),
      logger: this.#logger.with({ component: 'scrape manager' }),
      metrics: createScrapeMetrics(this.#registry),
      hostName: hostname(),
      self: selfTarget({
        addresses: () => this.#addresses,
        pages: new Map([
          ['/metrics', () => this.#registry.gather()],
          [hostMetricsPath, () => this.#hostMetrics()],
        ]),
      }),
    });
    this.#discovery = new DiscoveryManager({
      clock,
      disk,
      logger: this.#logger.with({ component: 'discovery manager scrape' }),
      registry: this.#registry,
      onGroups: (job, groups) => this.#scraping.updateGroups(job, groups),
    });
  }

  /** Start order: configuration, kernels, listeners, database, scraping. Stop order: the other way round. */
  async run(): Promise<void> {
    const { settings, disk } = this.#options;
    this.#logStart();
    await this.#readConfig();
    this.#registerMetrics();
    this.#kernels = await loadKernels(disk);
    const workers = await this.#createWorkers();
    this.#workers = workers;
    const web = await createWebServer(webPorts(this.#parts(workers)), webOptions(settings));
    try {
      this.#addresses = await web.listen(settings.listenAddresses);
      for (const address of this.#addresses) this.#logger.info('Listening on', { component: 'web', address });
      this.#database = await this.#openDatabase(workers);
      workers.follow();
      this.#logger.info('TSDB started');
      await this.#applyConfig();
      if (!settings.readOnly) this.#scraping.start();
      if (this.#readiness === 'starting') this.#readiness = 'ready';
      this.#logger.info('Server is ready to receive web requests.');
      if (this.#isEmbedded) this.#greet();
      await this.#stopping.promise;
    } finally {
      await this.#shutDown(web, workers);
    }
  }

  stop(reason: string, signal?: string): boolean {
    if (this.#readiness === 'stopping') return false;
    this.#readiness = 'stopping';
    this.#logger.warn(reason, signal === undefined ? {} : { signal });
    this.#stopping.resolve();
    return true;
  }

  /** One reload after the other; the running configuration stays when the new one is refused. */
  reload(): Promise<string | undefined> {
    const next = this.#reloading.then(() => this.#reloadOnce());
    this.#reloading = next;
    return next;
  }

  async #reloadOnce(): Promise<string | undefined> {
    const filename = this.#options.settings.configFile;
    try {
      await this.#readConfig();
      await this.#applyConfig();
      return undefined;
    } catch (error) {
      this.#lastReload = { ...this.#lastReload, ok: false };
      const text =
        error instanceof UserError && error.place
          ? `couldn't load configuration (--config.file="${filename}"): parsing YAML file ${filename}: ${error.message}`
          : messageOf(error);
      this.#logger.error('Error reloading config', { err: text });
      return text;
    }
  }

  #openDatabase(workers: Workers): Promise<Database> {
    const { settings, disk, clock, random } = this.#options;
    const reading = {
      directory: settings.dataDirectory,
      kernelModule: this.#requireKernels(),
      ...{ disk, clock },
      logger: databaseLogger(this.#logger),
      onReplayProgress: ({ first, last, segment }: ReplayProgress) => {
        this.#replayProgress = { min: first, max: last, current: segment };
      },
      blockReloadMs: settings.blockReloadMs,
    };
    if (settings.readOnly) return openForServing(reading);
    return openDatabase({
      ...reading,
      ...storageSettings(settings, this.#requireConfig().storage),
      readerKernels: workers.kernels,
      maintenance: workers.maintenance,
      random,
      lock: settings.lockDirectory,
      walSync: settings.walSync,
      walGatherMs,
      walCompression: settings.walCompression,
      segmentSizeBytes: settings.walSegmentBytes,
      onFsync: this.#fsyncObserver('wal'),
      onLateFsync: this.#fsyncObserver('out_of_order_wbl'),
    });
  }

  async #readConfig(): Promise<void> {
    const { settings, disk, env, clock } = this.#options;
    this.#logger.info('Loading configuration file', { filename: settings.configFile });
    const ownAddress = `localhost:${portOf(settings.listenAddresses[0] ?? '')}`;
    const read = await readConfig({ settings, disk, env, ownAddress }, this.#logger);
    this.#config = read.config;
    this.#isEmbedded = read.isEmbedded;
    this.#lastReload = { ok: true, atMs: clock.nowMs() };
  }

  async #applyConfig(): Promise<void> {
    const config = this.#requireConfig();
    this.#requireDatabase().applySettings(runningSettings(this.#options.settings, config.storage));
    if (!this.#options.settings.readOnly) await this.#applyJobs(config);
    this.#logger.info('Completed loading of configuration file', {
      filename: this.#options.settings.configFile,
    });
  }

  async #applyJobs(config: Config): Promise<void> {
    await this.#scraping.apply({ jobs: config.jobs, externalLabels: config.global.externalLabels });
    this.#workers?.refreshDefaultStep();
    this.#discovery.apply(new Map(config.jobs.map(({ scrape, discovery }) => [scrape.jobName, discovery])));
  }

  async #shutDown(web: WebServer, workers: Workers): Promise<void> {
    this.#readiness = 'stopping';
    this.#discovery.stop();
    this.#logger.info('Stopping scrape manager...');
    await this.#scraping.stop();
    this.#logger.info('Scrape manager stopped');
    await web.close(stopGraceMs);
    await workers.closeQueries();
    await this.#database?.close();
    await workers.closeMaintenance();
    this.#logger.info('See you next time!');
  }

  async #createWorkers(): Promise<Workers> {
    const { settings, disk, clock } = this.#options;
    return createWorkers({
      settings,
      module: this.#requireKernels(),
      disk,
      clock,
      logger: this.#logger,
      registry: this.#registry,
      defaultStepMs: () => this.#requireConfig().global.evaluationInterval,
      database: () => this.#requireDatabase(),
    });
  }

  #parts(workers: Workers): ServerParts {
    const queryable: Queryable = { querier: (window) => this.#requireDatabase().querier(window) };
    return {
      options: this.#options,
      logger: this.#logger,
      registry: this.#registry,
      startTimeMs: this.#startTimeMs,
      queryable,
      workers,
      kernelModule: this.#requireKernels(),
      scraping: this.#scraping,
      hostMetrics: () => this.#hostMetrics(),
      database: () => this.#database,
      requireDatabase: () => this.#requireDatabase(),
      config: () => this.#requireConfig(),
      readiness: () => this.#readiness,
      replayProgress: () => this.#replayProgress,
      notifications: () => this.#notifications(),
      lastReload: () => this.#lastReload,
      reload: () => this.reload(),
      stop: (reason) => this.stop(reason),
    };
  }

  #requireKernels(): WebAssembly.Module {
    assert(this.#kernels !== undefined, 'kernels are read before anything else starts');
    return this.#kernels;
  }

  #requireConfig(): Config {
    if (this.#config) return this.#config;
    throw new UserError({ code: 'not-ready', message: 'no configuration is loaded' });
  }

  #requireDatabase(): Database {
    if (this.#database) return this.#database;
    throw new UserError({ code: 'not-ready', message: 'TSDB not ready' });
  }

  #hostMetrics() {
    return collectHostMetrics(systemHostReader((file) => this.#options.disk.readFile(file)));
  }

  #notifications(): Notification[] {
    const at = (text: string): Notification => ({ text, timeMs: this.#options.clock.nowMs(), active: true });
    if (this.#readiness === 'starting') {
      return [at('Prometheus is starting and replaying the write-ahead log (WAL).')];
    }
    return this.#lastReload.ok ? [] : [at('Configuration reload has failed.')];
  }

  #registerMetrics(): void {
    const registry = this.#registry;
    const { branch, goVersion, revision, version } = buildInfo();
    const { arch, platform } = process;
    const machine = { goarch: arch, goos: platform, goversion: goVersion, tags: '' };
    registerBuildInfo(registry, { branch, revision, version, ...machine });
    const proc = {
      readText: (file: string) => systemFiles.readText(file),
      openFileCount: () => systemFiles.entryCount('/proc/self/fd'),
    };
    registerProcessMetrics(registry, { proc, startTimeMs: this.#startTimeMs });
    registerRuntimeMetrics(registry, watchRuntime(this.#options.clock));
    registerDatabaseMetrics(registry, () => this.#database);
    const help = 'Whether the last configuration reload attempt was successful.';
    registry.gaugeFrom({ name: 'prometheus_config_last_reload_successful', help }, () =>
      this.#lastReload.ok ? 1 : 0,
    );
    registry.gaugeFrom(
      {
        name: 'prometheus_config_last_reload_success_timestamp_seconds',
        help: 'Timestamp of the last successful configuration reload.',
      },
      () => (this.#lastReload.atMs ?? 0) / 1000,
    );
  }

  #fsyncObserver(log: 'wal' | 'out_of_order_wbl'): (seconds: number) => void {
    const summary = this.#registry.summary({
      name: `prometheus_tsdb_${log}_fsync_duration_seconds`,
      help: 'Duration of write log fsync.',
      quantiles: [0.5, 0.9, 0.99],
    });
    summary.show();
    return (seconds) => summary.observe(seconds);
  }

  #logStart(): void {
    const { settings } = this.#options;
    const logger = this.#logger;
    logger.info('Starting tsprom', {
      mode: 'server',
      compatible_with: compatibleVersion,
      runtime: process.version,
    });
    if (settings.ineffective.length > 0) {
      const flags = settings.ineffective.map(({ name }) => `--${name}`).join(' ');
      logger.warn('Flags without effect', { flags });
    }
    for (const name of settings.features) {
      if (!effectiveFeatures.has(name))
        logger.warn('Unknown option or option without effect for --enable-feature', { option: name });
    }
  }

  #greet(): void {
    const { settings } = this.#options;
    const url = `http://localhost:${portOf(this.#addresses[0] ?? '')}`;
    const dataDirectory = path.resolve(settings.dataDirectory);
    this.#options.greet(greeting({ url, dataDirectory, configFile: settings.configFile }));
  }
}

const effectiveFeatures: ReadonlySet<string> = new Set([
  'delayed-compaction',
  'exemplar-storage',
  'memory-snapshot-on-shutdown',
  'promql-experimental-functions',
  'promql-extended-range-selectors',
  'promql-binop-fill-modifiers',
  'promql-delayed-name-removal',
  // Histograms that have start timestamps keep them in every chunk.
  'histograms-st-encoding',
  'use-start-timestamps',
  'xor2-encoding',
]);

function databaseLogger(logger: Logger): NonNullable<Parameters<typeof openDatabase>[0]['logger']> {
  const inner = logger.with({ component: 'tsdb' });
  const at =
    (level: 'debug' | 'info' | 'warn' | 'error') =>
    (message: string, fields?: Readonly<Record<string, unknown>>) =>
      inner[level](
        message,
        Object.fromEntries(Object.entries(fields ?? {}).map(([name, value]) => [name, String(value)])),
      );
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}
