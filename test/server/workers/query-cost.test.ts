import assert from 'node:assert/strict';
import { queryParser } from '../../../src/server/query-engine.js';
import { planBudgets } from '../../../src/server/workers/budgets.js';
import { CostModel } from '../../../src/server/workers/query-cost.js';
import type { TimeWindow } from '../../../src/storage/index.js';
import type { QueryShape } from '../../../src/web/index.js';

const minuteMs = 60_000;
const nowMs = 1_700_000_000_000;
const costs = new CostModel({ parser: queryParser(new Set()), lookbackDeltaMs: 5 * minuteMs });
/** Memory begins two hours ago. */
const storeOf = (series: number) => ({
  seriesCount: 10 * series,
  memoryFromMs: nowMs - 120 * minuteMs,
  seriesBound: () => series,
  blockCount: ({ mintMs, maxtMs }: TimeWindow) => Math.ceil((maxtMs - mintMs) / (120 * minuteMs)),
  blockSeriesBound: () => series,
});

function instant(query: string): QueryShape {
  const atNow = { startMs: nowMs, endMs: nowMs, steps: 1 };
  return { kind: 'query', query, ...atNow, timeoutMs: Number.POSITIVE_INFINITY };
}

function range(query: string, minutes: number, steps: number): QueryShape {
  return {
    ...(instant(query) as Extract<QueryShape, { kind: 'query' }>),
    startMs: nowMs - minutes * minuteMs,
    steps,
  };
}

describe('server: costs of queries', () => {
  it('are small for what dashboards show of a hundred series at an instant, and never for more', () => {
    const small: readonly [shape: QueryShape, series: number][] = [
      [instant('up'), 100],
      [instant('sum by (job) (rate(up[5m])) / 2'), 100],
      [instant('1 + 1'), 1_000_000],
      [instant('sum('), 1_000_000],
      [range('up', 60, 60), 10],
    ];
    for (const [shape, series] of small) {
      const cost = costs.estimate(shape, storeOf(series));
      assert.ok(cost.reads === 0 && cost.microseconds < 1000, JSON.stringify([shape, cost]));
    }
    const large: readonly [shape: QueryShape, series: number][] = [
      [instant('up'), 1000],
      [range('up', 60, 60), 200],
      [instant('max_over_time(rate(up[5m])[1h:1s])'), 10],
      [instant(`up + ${'1 + '.repeat(1000)}1`), 1],
    ];
    for (const [shape, series] of large) {
      const cost = costs.estimate(shape, storeOf(series));
      assert.ok(cost.microseconds > 1000, JSON.stringify([shape, cost]));
    }
  });

  it('know when files would be read', () => {
    const cases: readonly [query: string, isInMemory: boolean][] = [
      ['up', true],
      ['up[110m]', true],
      ['up[121m]', false],
      ['rate(up[1h] offset 1h)', true],
      ['rate(up[1h] offset 61m)', false],
      ['up offset -3h', true],
      ['max_over_time(up[100m:1m])', true],
      ['max_over_time(up[116m:1m])', false],
      ['max_over_time(up[10m:1m] offset 110m)', false],
      ['up @ 1700000000', false],
      ['up @ end()', false],
    ];
    for (const [query, isInMemory] of cases) {
      assert.equal(costs.estimate(instant(query), storeOf(1)).reads === 0, isInMemory, query);
    }
  });

  it('count reads and series by block, and look into few blocks alone', () => {
    const old = (query: string): QueryShape => ({ ...instant(query), startMs: 0, endMs: 0 }) as QueryShape;
    const store = { ...storeOf(0), blockSeriesBound: () => 50 };
    assert.deepEqual(costs.estimate(old('up'), store).reads, 4);
    assert.ok(
      costs.estimate(old('up'), store).microseconds > costs.estimate(instant('up'), store).microseconds,
    );
    assert.ok(costs.estimate(old('up'), { ...store, blockSeriesBound: () => 1000 }).microseconds > 1000);
    const wide = { ...store, blockSeriesBound: () => assert.fail('so many blocks are not looked into') };
    assert.equal(costs.estimate(old('max_over_time(up[1d])'), wide).reads, 4 * 12);
  });

  it('of labels follow the window and the selectors', () => {
    const labels = (selectors: readonly string[], mintMs: number): QueryShape => ({
      kind: 'labels',
      route: '/api/v1/series',
      selectors,
      window: { mintMs, maxtMs: Number.POSITIVE_INFINITY },
    });
    assert.equal(costs.estimate(labels(['up'], nowMs), storeOf(1)).reads, 0);
    assert.equal(
      costs.estimate(labels(['up'], Number.NEGATIVE_INFINITY), storeOf(1)).reads,
      Number.POSITIVE_INFINITY,
    );
    assert.ok(costs.estimate(labels(['up', 'up'], nowMs), storeOf(600)).microseconds > 1000);
    assert.ok(costs.estimate(labels(['up'], nowMs), storeOf(600)).microseconds < 1000);
  });
});

describe('server: budgets of memory', () => {
  it('leave half of the machine, whatever is asked for', () => {
    const gibibyte = 2 ** 30;
    const cases: readonly [
      processors: number,
      memory: number,
      asked: number,
      workers: number,
      query: number,
    ][] = [
      [2, 16, 1, 3, 1],
      [8, 64, 1, 7, 1],
      [64, 16, 1, 16, 0.5],
      [2, 3, 4, 3, 0.5],
      [2, 64, 16, 3, (65_535 * 65_536) / gibibyte],
    ];
    for (const [processors, memory, asked, maxWorkers, query] of cases) {
      const machine = { processors, memoryBytes: memory * gibibyte, queryMaxBytes: asked * gibibyte };
      const budgets = planBudgets(machine);
      assert.deepEqual([budgets.maxWorkers, budgets.queryBytes / gibibyte], [maxWorkers, query]);
    }
  });
});
