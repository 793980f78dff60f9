/** The workers that the server starts, over a database of its own. */
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { systemClock, systemDisk } from '../../../src/base/index.js';
import { Labels } from '../../../src/model/index.js';
import { createQueryEngine, queryParser } from '../../../src/server/query-engine.js';
import { leaseOf } from '../../../src/server/workers/database-views.js';
import { MaintenanceThread } from '../../../src/server/workers/maintenance-thread.js';
import { registerQueryMetrics } from '../../../src/server/workers/query-metrics.js';
import { QueryPool } from '../../../src/server/workers/query-pool.js';
import { findWorkerEntry } from '../../../src/server/workers/worker-entry.js';
import { MetricRegistry } from '../../../src/telemetry/index.js';
import { type Database, openDatabase } from '../../../src/tsdb/index.js';
import { type RouteCall, runRoute } from '../../../src/web/index.js';
import { temporaryDirectory } from '../../commands/sample-directory.js';
import { createTestKernels, kernelModule } from '../../support/kernels.js';

const startMs = 1_700_000_000_000;
const minuteMs = 60_000;
const features: ReadonlySet<string> = new Set();
const engine = { lookbackDeltaMs: 300_000, timeoutMs: 20_000, maxSamples: 1_000_000, features };

async function append(database: Database, fromMs: number, toMs: number): Promise<void> {
  for (let timeMs = fromMs; timeMs < toMs; timeMs += 15_000) {
    const appender = database.appender();
    const refs = Float64Array.from({ length: 50 }, (_, i) =>
      appender.series(Labels.fromPairs('__name__', 'load', 'host', `h${i}`)),
    );
    const values = Float64Array.from(refs, (_, i) => (timeMs / 15_000) % (i + 7));
    const timestamps = new Float64Array(refs.length).fill(timeMs);
    appender.appendFloats({ length: refs.length, refs, timestamps, values }, new Uint8Array(refs.length));
    await appender.commit('scraped');
  }
}

const range = `start=${startMs / 1000}&end=${(startMs + 30 * minuteMs) / 1000}&step=20`;
const calls: readonly RouteCall[] = [
  ['/api/v1/query_range', `query=load&${range}`],
  ['/api/v1/query_range', `query=${encodeURIComponent('sum(rate(load[2m]))')}&${range}`],
  ['/api/v1/query', `query=load&time=${(startMs + 3 * minuteMs) / 1000}`],
  ['/api/v1/series', 'match[]=load'],
  ['/api/v1/label/:name/values', ''],
].map(([route = '', rawQuery = '']) => ({
  route,
  rawQuery,
  body: undefined,
  parameter: '__name__',
  accept: '',
}));

describe('server: workers over a database', () => {
  it('answer as the main thread does, before and after the maintenance thread cut blocks', async () => {
    const directory = temporaryDirectory();
    const module = await kernelModule();
    const maintenance = new MaintenanceThread({
      entry: await findWorkerEntry(systemDisk, 'maintenance-worker'),
      module,
      clock: systemClock,
      memoryBytes: 64 << 20,
      heapBytes: 128 << 20,
      idleMs: 60_000,
    });
    const database = await openDatabase({
      directory,
      disk: systemDisk,
      clock: systemClock,
      kernelModule: module,
      headMaxBytes: 64 << 20,
      minBlockDurationMs: 5 * minuteMs,
      maintenance,
    });
    const pool = new QueryPool({
      entry: await findWorkerEntry(systemDisk, 'query-worker'),
      module,
      engine,
      clock: systemClock,
      defaultStepMs: () => minuteMs,
      memoryBytes: 64 << 20,
      heapBytes: 128 << 20,
      killAfterMs: 5000,
      maxWorkers: 2,
      maxQueries: 20,
      maxWaiting: 10,
      idleMs: 60_000,
      replaceAboveBytes: 64 << 20,
      lease: () => leaseOf(database),
      metrics: registerQueryMetrics(new MetricRegistry(), 20),
      log: (_, message) => assert.fail(message),
    });
    database.onViewChange(() => pool.refresh());
    try {
      await append(database, startMs, startMs + 4 * minuteMs);
      await compareAll(database, pool);
      await append(database, startMs + 4 * minuteMs, startMs + 30 * minuteMs);
      await compareAll(database, pool);
      await database.maybeCut();
      assert.ok(database.blockCount > 0, 'blocks were cut');
      await compareAll(database, pool);
    } finally {
      await pool.close();
      await database.close();
      await maintenance.close();
      rmSync(directory, { recursive: true, force: true });
    }
  });
});

async function compareAll(database: Database, pool: QueryPool): Promise<void> {
  const kernels = await createTestKernels();
  const limits = { kernels, queryMaxBytes: 64 << 20, defaultStepMs: () => minuteMs };
  const ports = {
    engine: createQueryEngine(engine, { clock: systemClock, ...limits }),
    parser: queryParser(features),
    queryable: database,
    clock: systemClock,
  };
  for (const call of calls) {
    const here = await runRoute(call, { ports, interrupted: () => false });
    assert.equal(here.kind, 'answer', call.rawQuery);
    const expected = here.kind === 'answer' ? [...textOf(here.pieces)].join('') : '';
    assert.ok(expected.includes('"success"') && expected.includes('load'), expected.slice(0, 100));
    const { signal } = new AbortController();
    const answer = await pool.run({ call, signal, timeoutMs: 20_000, isLong: false, isQuery: true });
    let text = '';
    for (let isLast = false; !isLast; ) {
      const piece = await answer.pieces.next();
      text += Buffer.from(piece.bytes).toString();
      isLast = piece.isLast;
      piece.release?.();
    }
    answer.pieces.close();
    assert.ok(text === expected, `${call.route}?${call.rawQuery}`);
  }
}

function* textOf(pieces: Iterator<Uint8Array, void>): Generator<string, void> {
  for (let next = pieces.next(); next.done !== true; next = pieces.next())
    yield Buffer.from(next.value).toString();
}
