import { type Clock, systemClock } from '../../src/base/index.js';
import { Labels } from '../../src/model/index.js';
import type { QueryResult } from '../../src/promql/index.js';
import type { LabelAnswer, Querier, Queryable, SeriesSet } from '../../src/storage/index.js';
import { MetricRegistry, silentLogger } from '../../src/telemetry/index.js';
import type { Readiness, TargetStatus, WebPorts } from '../../src/web/index.js';

/** 2026-11-22T11:38:50.250Z. */
export const stubNowMs = 1_795_347_530_250;

export const stubClock: Clock = { ...systemClock, nowMs: () => stubNowMs };

const noLabels: LabelAnswer = { values: [], warnings: [] };
const emptyColumns = { length: 0, timestamps: new Float64Array(0), values: new Float64Array(0) };
const emptySet: SeriesSet = {
  next: () => false,
  labels: new Uint32Array(0),
  columns: emptyColumns,
  warnings: [],
  close: () => {},
};

export const emptyQuerier: Querier = {
  select: () => emptySet,
  selectChunks: () => ({
    next: () => false,
    labels: new Uint32Array(0),
    chunks: [],
    warnings: [],
    close() {},
  }),
  labelNames: async () => noLabels,
  labelValues: async () => noLabels,
  selectExemplars: async () => [],
  close: () => {},
};

export const emptyQueryable: Queryable = { querier: () => emptyQuerier };

export function scalarResult(value: number, timestampMs: number = stubNowMs): QueryResult {
  return { value: { kind: 'scalar', timestampMs, value }, warnings: [], infos: [] };
}

export const stubTarget: TargetStatus = {
  discoveredLabels: Labels.fromPairs('__address__', 'localhost:9090', 'job', 'a<b'),
  labels: Labels.fromPairs('instance', 'localhost:9090', 'job', 'a<b'),
  scrapeUrl: 'http://localhost:9090/metrics',
  lastError: 'Get "http://localhost:9090/metrics": <timeout>',
  lastScrapeMs: 1_795_347_530_100,
  lastScrapeSeconds: 0.0000005,
  health: 'down',
  scrapeInterval: '15s',
  scrapeTimeout: '10s',
  metadata: () => [{ metric: 'up', type: 'gauge', unit: '', help: 'Whether <it> is up.' }],
};

/** Ports of a server without data; each can be replaced. */
export function stubPorts(changes: Partial<WebPorts> = {}, readiness: Readiness = 'ready'): WebPorts {
  const noTargets = new Map<string, never[]>();
  return {
    engine: {
      instant: async ({ timeMs }) => scalarResult(1, timeMs),
      range: async () => scalarResult(1),
    },
    parser: {
      parse: (query) => ({ kind: 'string', value: query, position: { start: 0, end: 0 } }),
      parseSelector: () => [],
      pretty: (expr) => (expr.kind === 'string' ? expr.value : ''),
    },
    queryable: emptyQueryable,
    targets: {
      pools: () => [],
      active: () => noTargets,
      dropped: () => noTargets,
      droppedCounts: () => new Map(),
      poolConfig: () => undefined,
    },
    cardinality: () => ({
      seriesCount: 0,
      labelPairCount: 0,
      chunkCount: 0,
      mintMs: Number.POSITIVE_INFINITY,
      maxtMs: Number.NEGATIVE_INFINITY,
      seriesCountByMetricName: [],
      labelValueCountByLabelName: [],
      memoryInBytesByLabelName: [],
      seriesCountByLabelValuePair: [],
    }),
    configText: () => 'global:\n  scrape_interval: 15s\n',
    flags: new Map([['web.listen-address', '0.0.0.0:9090']]),
    buildInfo: {
      version: '3.14.0',
      revision: 'd15adb9',
      branch: 'HEAD',
      buildUser: '',
      buildDate: '',
      goVersion: 'go1.26.8',
    },
    runtimeInfo: () => ({
      startTimeMs: stubNowMs,
      workingDirectory: '/prometheus',
      hostname: 'host',
      reloadConfigSuccess: true,
      lastConfigTimeMs: 1_795_347_530_000,
      corruptionCount: 0,
      threadCount: 25,
      processorCount: 2,
      memoryLimitBytes: 22748862873,
      storageRetention: '15d',
    }),
    admin: {
      deleteSamples: async () => undefined,
      cleanTombstones: async () => undefined,
      snapshot: async () => '20261122T162325Z-0123456789abcdef',
    },
    replayProgress: () => ({ min: 0, max: 0, current: 0 }),
    notifications: () => [],
    lifecycle: { reload: async () => undefined, quit: () => true },
    readiness: () => readiness,
    registry: new MetricRegistry(),
    logger: silentLogger,
    clock: stubClock,
    ...changes,
  };
}
