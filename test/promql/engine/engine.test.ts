import assert from 'node:assert/strict';
import { type Clock, systemClock } from '../../../src/base/index.js';
import type { Kernels } from '../../../src/kernels/index.js';
import { Labels } from '../../../src/model/index.js';
import {
  createEngine,
  type EngineOptions,
  type QueryError,
  type QueryResult,
} from '../../../src/promql/index.js';
import {
  createMemoryStore,
  type Queryable,
  type SeriesSet,
  type Storage,
} from '../../../src/storage/index.js';
import { createTestKernels } from '../../support/kernels.js';

let kernels: Kernels;

function engineWith(options: Partial<EngineOptions> = {}) {
  return createEngine({
    kernels,
    clock: systemClock,
    lookbackDeltaMs: 300_000,
    timeoutMs: 60_000,
    maxSamples: 50_000_000,
    defaultStepMs: () => 60_000,
    ...options,
  });
}

/** Series of ten samples, a minute apart; the value is the sample's number times the factor. */
async function storeOf(series: Record<string, number>): Promise<Storage> {
  const store = createMemoryStore();
  const appender = store.appender();
  for (const [name, factor] of Object.entries(series)) {
    const [metric, job] = name.split('/') as [string, string | undefined];
    const ref = appender.series(Labels.fromPairs('__name__', metric, 'job', job ?? ''));
    const timestamps = Float64Array.from({ length: 10 }, (_, i) => i * 60_000);
    const values = timestamps.map((_, i) => i * factor);
    appender.appendFloats(
      { length: 10, refs: new Float64Array(10).fill(ref), timestamps, values },
      new Uint8Array(10),
    );
  }
  await appender.commit('acknowledged');
  return store;
}

function text({ value }: QueryResult): string[] {
  if (value.kind === 'scalar') return [String(value.value)];
  if (value.kind === 'string') return [value.value];
  if (value.kind === 'vector') {
    return value.labels.map((ids, i) => `${value.symbols.labels(ids)} ${value.values[i]}`);
  }
  return value.series.map(
    ({ labels, columns }) =>
      `${value.symbols.labels(labels)} ${columns.values.subarray(0, columns.length).join(' ')}`,
  );
}

const range = { startMs: 60_000, endMs: 180_000, stepMs: 60_000 };

describe('the engine', () => {
  before(async () => {
    kernels = await createTestKernels(2 ** 31);
  });

  const rows: { query: string; answer: string[] }[] = [
    { query: 'a', answer: ['{__name__="a", job="x"} 1 2 3', '{__name__="a", job="y"} 2 4 6'] },
    { query: 'sum(a)', answer: ['{} 3 6 9'] },
    { query: 'a * on (job) b', answer: ['{job="x"} 10 40 90'] },
    { query: 'a > 2', answer: ['{__name__="a", job="x"} 3', '{__name__="a", job="y"} 4 6'] },
    { query: 'b unless a', answer: [] },
    { query: 'b or a', answer: ['{__name__="a", job="y"} 2 4 6', '{__name__="b", job="x"} 10 20 30'] },
    { query: '-b', answer: ['{job="x"} -10 -20 -30'] },
    { query: 'time()', answer: ['{} 60 120 180'] },
    { query: 'a @ 60', answer: ['{__name__="a", job="x"} 1 1 1', '{__name__="a", job="y"} 2 2 2'] },
    { query: 'sum_over_time(b[2m:1m])', answer: ['{job="x"} 10 30 50'] },
    { query: 'absent(nothing{x="1"})', answer: ['{x="1"} 1 1 1'] },
    { query: 'topk(1, a)', answer: ['{__name__="a", job="y"} 2 4 6'] },
    {
      query: 'count_values("v", a)',
      answer: ['{v="1"} 1', '{v="2"} 1 1', '{v="3"} 1', '{v="4"} 1', '{v="6"} 1'],
    },
  ];
  for (const { query, answer } of rows) {
    it(`answers ${query} over a range, ordered by labels`, async () => {
      const queryable = await storeOf({ 'a/y': 2, 'a/x': 1, 'b/x': 10 });
      assert.deepEqual(text(await engineWith().range({ queryable, query, ...range })), answer);
    });
  }

  it('answers raw samples, strings and scalars of an instant', async () => {
    const queryable = await storeOf({ a: 1 });
    const at = (query: string) => engineWith().instant({ queryable, query, timeMs: 120_000 }).then(text);
    assert.deepEqual(await at('a[2m]'), ['{__name__="a"} 1 2']);
    assert.deepEqual(await at('"x"'), ['x']);
    assert.deepEqual(await at('scalar(a)'), ['2']);
    assert.deepEqual(await at('a[2m:30s]'), ['{__name__="a"} 0 1 1 2']);
  });

  it('keeps a label called __proto__ a label', async () => {
    const queryable = await storeOf({ a: 1 });
    const query = 'label_replace(a, "__proto__", "x$1", "__name__", "(.*)")';
    const answer = await engineWith().instant({ queryable, query, timeMs: 60_000 });
    assert.deepEqual(text(answer), ['{__name__="a", __proto__="xa"} 1']);
  });

  it('refuses to give two series the same labels', async () => {
    const queryable = await storeOf({ 'a/x': 1, 'b/x': 2 });
    const query = 'abs({job="x"})';
    const failing = (options: Partial<EngineOptions>) =>
      engineWith(options).range({ queryable, query, ...range });
    const wanted = { message: 'vector cannot contain metrics with the same labelset' };
    await assert.rejects(failing({}), wanted);
    await assert.rejects(failing({ delayedNameRemoval: true }), wanted);
  });

  it('evaluates ten thousand chained operators', async () => {
    const queryable = await storeOf({ a: 1 });
    const query = new Array(10_000).fill('a').join(' + ');
    const answer = await engineWith().instant({ queryable, query, timeMs: 60_000 });
    assert.deepEqual(text(answer), ['{} 10000']);
  });

  it('places annotations by line and column, one each text', async () => {
    const queryable = await storeOf({ 'a/x': 1, 'a/y': 1 });
    const query = 'sum(\n  rate(a[5m]))';
    const { infos, warnings } = await engineWith().instant({ queryable, query, timeMs: 300_000 });
    assert.deepEqual(infos, [
      'PromQL info: metric might not be a counter, name does not end in _total/_sum/_count/_bucket: "a" (2:8)',
    ]);
    assert.deepEqual(warnings, []);
  });

  it('stops at the limit of samples', async () => {
    const queryable = await storeOf({ 'a/x': 1, 'a/y': 1 });
    await assert.rejects(engineWith({ maxSamples: 5 }).range({ queryable, query: 'a', ...range }), {
      kind: 'execution',
      message: 'query processing would load too many samples into memory in query execution',
    });
    const { samples } = await engineWith({ maxSamples: 6 }).range({ queryable, query: 'a', ...range });
    assert.deepEqual(samples, { total: 6, read: 6, peak: 6 });
  });

  it('stops when it is cancelled between two series', async () => {
    const abort = new AbortController();
    const queryable = endless(() => abort.abort());
    const running = engineWith().instant({ queryable, query: 'a', timeMs: 0, signal: abort.signal });
    await assert.rejects(running, (error: QueryError) => error.kind === 'canceled');
  });

  it('stops when its time is over', async () => {
    let nowMs = 0;
    const clock: Clock = { ...systemClock, monotonicMs: () => nowMs, sleep: async () => {} };
    const queryable = endless(() => {
      nowMs += 10;
    });
    const running = engineWith({ clock, timeoutMs: 1000 }).instant({ queryable, query: 'a', timeMs: 0 });
    await assert.rejects(running, { kind: 'timeout', message: 'query timed out in expression evaluation' });
  });

  it('waits for series that come later, and passes on what the store says', async () => {
    const set = seriesSet(3, (at) => Promise.resolve(at < 3));
    const queryable = { querier: () => ({ select: () => set, close() {} }) } as unknown as Queryable;
    const { value, warnings } = await engineWith().instant({ queryable, query: 'count(a)', timeMs: 0 });
    assert.equal(value.kind === 'vector' && value.values[0], 3);
    assert.deepEqual(warnings, ['half of it is missing']);
  });

  it('says what it was doing when the store fails, and closes', async () => {
    let closed = 0;
    const set = seriesSet(1, () => {
      throw new Error('disk on fire');
    });
    const queryable = {
      querier: () => ({ select: () => ({ ...set, close: () => closed++ }), close: () => closed++ }),
    } as unknown as Queryable;
    const running = engineWith().instant({ queryable, query: 'sum(a)', timeMs: 0 });
    await assert.rejects(running, { message: 'expanding series: disk on fire' });
    assert.equal(closed, 2);
  });

  it('refuses rows that take much memory for few samples', async () => {
    const queryable = await storeOf({ a: 1, b: 1, c: 1 });
    const query = 'count_over_time({__name__=~".+"}[3000h:1s])';
    const running = engineWith({ maxSamples: 5_000_000 }).instant({ queryable, query, timeMs: 600_000 });
    await assert.rejects(running, {
      message: 'query processing would load too many samples into memory in query execution',
    });
  });

  it('lets a number of queries run at a time', async () => {
    const engine = engineWith({ maxConcurrency: 1, maxWaiting: 1 });
    const abort = new AbortController();
    const queryable = endless(() => {});
    const ended = { kind: 'canceled' };
    const running = assert.rejects(
      engine.instant({ queryable, query: 'a', timeMs: 0, signal: abort.signal }),
      ended,
    );
    const waiting = engine.instant({ queryable, query: '1', timeMs: 0 });
    await assert.rejects(engine.instant({ queryable, query: '2', timeMs: 0 }), /query queue is full/);
    abort.abort();
    await running;
    assert.deepEqual(text(await waiting), ['1']);
  });

  it('takes a call with very many arguments', async () => {
    const queryable = await storeOf({ a: 1 });
    const query = `label_join(a, "all", "", ${Array(200_000).fill('"job"').join(',')})`;
    assert.equal(text(await engineWith().instant({ queryable, query, timeMs: 0 })).length, 1);
  });

  it('takes a chain of very many operators', async () => {
    const queryable = await storeOf({});
    const query = `1${'+1'.repeat(99_999)}`;
    assert.deepEqual(text(await engineWith().instant({ queryable, query, timeMs: 0 })), ['100000']);
  });
});

function seriesSet(count: number, next: (at: number) => boolean | Promise<boolean>): SeriesSet {
  let at = -1;
  return {
    next: () => {
      at++;
      return at > count ? false : next(at);
    },
    get labels() {
      return Uint32Array.of(1, at + 1);
    },
    columns: { length: 1, timestamps: Float64Array.of(0), values: Float64Array.of(1) },
    warnings: ['half of it is missing'],
    close() {},
  };
}

/** A store with no end of series; `onNext` is called at every hundredth. */
function endless(onNext: () => void): Queryable {
  const set = seriesSet(Number.POSITIVE_INFINITY, (at) => {
    if (at % 100 === 99) onNext();
    return true;
  });
  return { querier: () => ({ select: () => set, close() {} }) } as unknown as Queryable;
}
