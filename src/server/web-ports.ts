import { availableParallelism, hostname, totalmem } from 'node:os';
import { renderConfig } from '../config/index.js';
import { Kernels, RemoteTable, reserveMemory, scanKeys } from '../kernels/index.js';
import { WriteReceiver } from '../remote/index.js';
import type { BuildInfo, WebOptions, WebPorts } from '../web/index.js';
import { defaultWebOptions } from '../web/index.js';
import { queryParser } from './query-engine.js';
import type { ServerParts } from './server-parts.js';
import { portOf, type ServerSettings } from './settings.js';
import { retentionOf, retentionText, storageAdmin } from './storage-settings.js';
import { targetsProvider } from './targets-provider.js';

/** What tools compare with: the version of Prometheus whose behaviour this is. */
export const compatibleVersion = '3.14.0';

export function buildInfo(): BuildInfo {
  return {
    version: compatibleVersion,
    revision: 'tsprom',
    branch: 'HEAD',
    buildUser: '',
    buildDate: '',
    goVersion: process.version,
  };
}

/** Flags of the HTTP surface in its own terms. */
export function webOptions(settings: ServerSettings): WebOptions {
  const port = portOf(settings.listenAddresses[0] ?? '');
  const externalUrl = (settings.externalUrl ?? `http://${hostname()}:${port}`).replace(/\/+$/, '');
  const prefix = settings.routePrefix ?? new URL(externalUrl).pathname;
  return {
    ...defaultWebOptions,
    listenAddresses: settings.listenAddresses,
    externalUrl,
    routePrefix: `/${prefix.replace(/^\/+|\/+$/g, '')}`,
    enableLifecycle: settings.enableLifecycle,
    enableAdminApi: settings.enableAdminApi,
    corsOrigin: settings.corsOrigin,
    pageTitle: settings.pageTitle,
    maxConnections: settings.maxConnections,
    readTimeoutMs: settings.readTimeoutMs,
  };
}

/** Of the memory for requests of remote write and the series that they name; only what is touched costs anything. */
const remoteWriteBytes = 1024 ** 3;

function remoteWrite({
  requireDatabase,
  options,
  logger,
  registry,
  kernelModule,
}: ServerParts): WriteReceiver {
  const memory = reserveMemory({ maxBytes: remoteWriteBytes });
  const table = new RemoteTable(
    new Kernels(kernelModule, memory, remoteWriteBytes),
    scanKeys(options.random),
  );
  return new WriteReceiver({
    table: () => table,
    appender: () => requireDatabase().appender(),
    clock: options.clock,
    logger: logger.with({ component: 'web' }),
    registry,
  });
}

/** Everything the HTTP surface asks of the server. */
export function webPorts(parts: ServerParts): WebPorts {
  const { settings } = parts.options;
  return {
    engine: parts.workers.engine,
    kernels: parts.workers.kernels,
    relay: parts.workers.relay,
    parser: queryParser(settings.features),
    queryable: parts.queryable,
    targets: targetsProvider(parts.scraping, () => parts.config()),
    admin: storageAdmin({
      ...parts.options,
      dataDirectory: settings.dataDirectory,
      database: () => parts.requireDatabase(),
    }),
    cardinality: (limit) => parts.requireDatabase().cardinality(limit),
    configText: () =>
      renderConfig(parts.config(), {
        retention: retentionOf(settings, parts.config().storage),
      }),
    flags: settings.flagTexts,
    buildInfo: buildInfo(),
    runtimeInfo: () => ({
      startTimeMs: parts.startTimeMs,
      workingDirectory: process.cwd(),
      hostname: hostname(),
      reloadConfigSuccess: parts.lastReload().ok,
      lastConfigTimeMs: parts.lastReload().atMs,
      corruptionCount: parts.database()?.stats.walCorruptions ?? 0,
      threadCount: 1,
      processorCount: availableParallelism(),
      memoryLimitBytes: totalmem(),
      storageRetention: retentionText(retentionOf(settings, parts.config().storage)),
    }),
    replayProgress: () => parts.replayProgress(),
    notifications: () => parts.notifications(),
    lifecycle: {
      reload: () => parts.reload(),
      quit: () => parts.stop('Received termination request via web service, exiting gracefully...'),
    },
    readiness: () => parts.readiness(),
    registry: parts.registry,
    remoteWrite: settings.enableRemoteWrite ? remoteWrite(parts) : undefined,
    logger: parts.logger,
    clock: parts.options.clock,
    hostMetrics: () => parts.hostMetrics(),
  };
}
