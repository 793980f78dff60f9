import assert from 'node:assert/strict';
import { systemClock } from '../../../src/base/index.js';
import type { Kernels } from '../../../src/kernels/index.js';
import { Labels } from '../../../src/model/index.js';
import { createEngine, type Engine, type QueryResult } from '../../../src/promql/index.js';
import {
  createMemoryStore,
  type Queryable,
  type SelectRequest,
  type SeriesSet,
  type Storage,
} from '../../../src/storage/index.js';
import { createTestKernels } from '../../support/kernels.js';

const staleWords = [0x0000_0002, 0x7ff0_0000];
const range = { startMs: 0, endMs: 3_600_000, stepMs: 30_000 };

/** An hour of twenty series every 15 s, some with stale markers. */
async function fillStore(): Promise<Storage> {
  const store = createMemoryStore();
  const appender = store.appender();
  for (let i = 0; i < 20; i++) {
    const ref = appender.series(
      Labels.fromPairs('__name__', 'http_total', 'job', `j${i % 3}`, 'n', String(i)),
    );
    const timestamps = Float64Array.from({ length: 240 }, (_, at) => at * 15_000);
    const values = timestamps.map((_, at) => (at % 50) * i);
    const words = new Uint32Array(values.buffer);
    if (i % 4 === 0) for (const at of [17, 100, 101]) words.set(staleWords, 2 * at);
    appender.appendFloats(
      { length: 240, refs: new Float64Array(240).fill(ref), timestamps, values },
      new Uint8Array(240),
    );
  }
  await appender.commit('acknowledged');
  return store;
}

/** Hands out columns in the asker's memory, as a store of chunks does. */
function placing(store: Storage): Queryable {
  return {
    querier(window) {
      const querier = store.querier(window);
      return {
        ...querier,
        close: () => querier.close(),
        select: (request) => placed(querier.select(request), request),
      };
    },
  } as Queryable;
}

function placed(set: SeriesSet, { scope }: SelectRequest): SeriesSet {
  assert.ok(scope);
  return {
    next: () => set.next(),
    get labels() {
      return set.labels;
    },
    get columns() {
      const { length, timestamps, values } = set.columns;
      const place = { timestamps: scope.alloc(8 * length + 8), values: scope.alloc(8 * length + 8) };
      const { doubles } = scope.kernels;
      doubles.set(timestamps.subarray(0, length), place.timestamps >>> 3);
      doubles.set(values.subarray(0, length), place.values >>> 3);
      const view = (at: number) => doubles.subarray(at >>> 3, (at >>> 3) + length);
      return { length, timestamps: view(place.timestamps), values: view(place.values), place };
    },
    get warnings() {
      return set.warnings;
    },
    close: () => set.close(),
  };
}

function text({ value }: QueryResult): string[] {
  assert.equal(value.kind, 'matrix');
  if (value.kind !== 'matrix') return [];
  return value.series.map(({ labels, columns }) => {
    const pick = (column: Float64Array) => column.subarray(0, columns.length).join();
    return `${value.symbols.labels(labels)} ${pick(columns.timestamps)} ${pick(columns.values)}`;
  });
}

describe("the engine's memory", () => {
  let kernels: Kernels;
  let store: Storage;
  const engineOf = (queryMaxBytes?: number): Engine =>
    createEngine({
      kernels,
      ...(queryMaxBytes === undefined ? {} : { queryMaxBytes }),
      clock: systemClock,
      lookbackDeltaMs: 300_000,
      timeoutMs: 60_000,
      maxSamples: 50_000_000,
      defaultStepMs: () => 60_000,
    });

  before(async () => {
    kernels = await createTestKernels();
    store = await fillStore();
  });

  const queries = [
    'http_total',
    'rate(http_total[5m])',
    'sum by (job) (rate(http_total[2m]))',
    'quantile_over_time(0.7, http_total[10m])',
    'avg_over_time(http_total[10m]) > 3',
    'http_total / on (n) group_left http_total',
    'max_over_time(sum(http_total)[10m:1m])',
    'http_total unless (http_total > 20)',
    'topk by (job) (2, http_total)',
  ];

  for (const query of queries) {
    it(`is given back after ${query}, whose answer does not depend on where the columns stand`, async () => {
      const usedBefore = kernels.exports.arenaUsed(0);
      const engine = engineOf();
      const plain = await engine.range({ queryable: store, query, ...range });
      const inPlace = await engine.range({ queryable: placing(store), query, ...range });
      const borrowed = await engine.range({ queryable: placing(store), query, ...range, borrows: true });
      assert.deepEqual(text(inPlace), text(plain));
      assert.deepEqual(text(borrowed), text(plain));
      assert.deepEqual(inPlace.samples, plain.samples);
      borrowed.release?.();
      borrowed.release?.();
      assert.equal(kernels.exports.arenaUsed(0), usedBefore);
    });
  }

  it('has a limit that the error names', async () => {
    const usedBefore = kernels.exports.arenaUsed(0);
    await assert.rejects(
      engineOf(20_000).range({ queryable: store, query: 'rate(http_total[5m])', ...range }),
      {
        kind: 'execution',
        message:
          'query needs too much memory: more than the 20000 bytes that one query may hold; ' +
          'ask for fewer series or a shorter range, or raise --query.max-memory',
      },
    );
    assert.equal(kernels.exports.arenaUsed(0), usedBefore);
  });

  it('is given back when the query is interrupted', async () => {
    const usedBefore = kernels.exports.arenaUsed(0);
    let asked = 0;
    const interrupted = () => ++asked > 5;
    await assert.rejects(engineOf().range({ queryable: store, query: 'http_total', ...range, interrupted }), {
      kind: 'canceled',
    });
    assert.equal(kernels.exports.arenaUsed(0), usedBefore);
  });
});
