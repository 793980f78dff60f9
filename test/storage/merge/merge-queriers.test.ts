import assert from 'node:assert/strict';
import { UserError } from '../../../src/base/index.js';
import { Labels } from '../../../src/model/index.js';
import {
  type ChunkBytes,
  compareLabelIds,
  createFanout,
  createMemoryStore,
  mergeQueriers,
  type Querier,
  type Queryable,
  readChunk,
  type SeriesSet,
  type Storage,
  SymbolTable,
} from '../../../src/storage/index.js';
import { describeStorageContract } from '../contract.js';
import { always, appendRows, drain, matchers, readAll, request, rowTexts } from '../storage-samples.js';

type Rows = readonly (readonly [t: number, v: number])[];

async function storeOf(series: Readonly<Record<string, Rows>>): Promise<Storage> {
  const storage = createMemoryStore();
  const appender = storage.appender();
  for (const [name, rows] of Object.entries(series)) {
    const ref = appender.series(Labels.fromPairs('__name__', 'm', 'x', name));
    appendRows(appender, ...rows.map(([t, v]) => [ref, t, v] as const));
  }
  await appender.commit('scraped');
  return storage;
}

/** A set whose steps are promises, as a remote store's are. */
function asynchronous(set: SeriesSet): SeriesSet {
  return {
    next: async () => set.next(),
    get labels() {
      return set.labels;
    },
    get columns() {
      return set.columns;
    },
    warnings: ['from afar'],
    close: () => set.close(),
  };
}

function remote(storage: Storage): Queryable {
  return {
    querier: (window) => {
      const querier = storage.querier(window);
      const far: Partial<Querier> = { select: (asked) => asynchronous(querier.select(asked)) };
      return Object.assign(Object.create(querier) as Querier, far, {
        labelNames: querier.labelNames.bind(querier),
        labelValues: querier.labelValues.bind(querier),
        selectChunks: querier.selectChunks.bind(querier),
        selectExemplars: querier.selectExemplars.bind(querier),
        close: () => querier.close(),
      });
    },
  };
}

const broken: Queryable = {
  querier: () => {
    const fail = (): never => {
      throw new UserError({ code: 'remote', message: 'remote is away' });
    };
    const set = { next: fail, labels: new Uint32Array(0), warnings: [], close: () => {} };
    return {
      select: () => ({
        ...set,
        columns: { length: 0, timestamps: new Float64Array(), values: new Float64Array() },
      }),
      selectChunks: () => ({ ...set, chunks: [] }),
      labelNames: async () => fail(),
      labelValues: async () => fail(),
      selectExemplars: async () => fail(),
      close: () => {},
    };
  },
};

const label = (x: string): string => `{__name__="m", x="${x}"}`;

async function chunksOf(querier: Querier): Promise<string[][]> {
  const symbols = new SymbolTable();
  const set = querier.selectChunks(request(['__name__=m'], { symbols }));
  const found: string[][] = [];
  const texts = (chunk: ChunkBytes): string[] => {
    const rows = readChunk(chunk);
    return rowTexts(rows.columns(0, rows.length));
  };
  while (await set.next()) found.push(set.chunks.map((chunk) => texts(chunk).join(' ')));
  set.close();
  return found;
}

describe('merged queriers', () => {
  it('give the series of all in label order, the first source deciding equal times', async () => {
    const a = await storeOf({
      a: [
        [1, 1],
        [3, 3],
      ],
      c: [[1, 1]],
    });
    const b = await storeOf({
      a: [
        [1, 9],
        [2, 2],
      ],
      b: [[5, 5]],
    });
    const symbols = new SymbolTable();
    const querier = mergeQueriers([a.querier(always), b.querier(always)]);
    const found = await drain(querier.select(request(['__name__=m'], { symbols, sorted: false })), symbols);
    const expected = [
      [label('a'), ['1=1', '2=2', '3=3']],
      [label('b'), ['5=5']],
      [label('c'), ['1=1']],
    ];
    assert.deepEqual(found, expected);
    const limited = querier.select(request(['__name__=m'], { symbols, limit: 2 }));
    assert.deepEqual(await drain(limited, symbols), expected.slice(0, 2));
    const values = await querier.labelValues('x', {
      ...always,
      matcherSets: [matchers('__name__=m')],
      limit: 2,
    });
    assert.deepEqual(values.values, ['a', 'b']);
    querier.close();
  });

  it('give chunks that are the same once and encode those that overlap anew', async () => {
    const a = await storeOf({
      a: [
        [1, 1],
        [3, 3],
      ],
      b: [[1, 1]],
      c: [[1, 1]],
    });
    const b = await storeOf({
      a: [
        [1, 1],
        [3, 3],
      ],
      b: [
        [1, 9],
        [2, 2],
      ],
      c: [[4, 4]],
    });
    const querier = mergeQueriers([a.querier(always), b.querier(always)]);
    assert.deepEqual(await chunksOf(querier), [['1=1 3=3'], ['1=1 2=2'], ['1=1', '4=4']]);
    querier.close();
  });

  it('wait for sources that answer later', async () => {
    const fanout = createFanout(await storeOf({ a: [[1, 1]] }), [
      remote(await storeOf({ a: [[2, 2]], b: [[1, 1]] })),
    ]);
    assert.deepEqual(await readAll(fanout), [
      [label('a'), ['1=1', '2=2']],
      [label('b'), ['1=1']],
    ]);
    await fanout.close();
  });
});

describe('a fanout', () => {
  it("turns a secondary's failure into a warning and leaves its series out", async () => {
    const fanout = createFanout(await storeOf({ a: [[1, 1]] }), [broken]);
    const querier = fanout.querier(always);
    const symbols = new SymbolTable();
    const set = querier.select(request(['__name__=m'], { symbols }));
    assert.deepEqual(await drain(set, symbols), [[label('a'), ['1=1']]]);
    assert.deepEqual(set.warnings, ['remote is away']);
    const names = await querier.labelNames({ ...always, matcherSets: [] });
    assert.deepEqual(names, { values: ['__name__', 'x'], warnings: ['remote is away'] });
    assert.deepEqual(await querier.selectExemplars({ ...always, matcherSets: [] }), []);
    querier.close();
  });

  it("lets a primary's failure be one", async () => {
    const primary = Object.assign(Object.create(createMemoryStore()) as Storage, broken);
    const fanout = createFanout(primary, [await storeOf({ a: [[1, 1]] })]);
    await assert.rejects(readAll(fanout), /remote is away/);
    await assert.rejects(fanout.querier(always).labelNames({ ...always, matcherSets: [] }), /remote is away/);
  });

  it('gives all selections of a secondary or none', async () => {
    const half = await storeOf({ a: [[2, 2]] });
    const flaky: Queryable = {
      querier: (window) => {
        let asked = 0;
        const sound = half.querier(window);
        const bad = broken.querier(window);
        return { ...bad, select: (selection) => (asked++ === 0 ? sound : bad).select(selection) };
      },
    };
    const querier = createFanout(await storeOf({ a: [[1, 1]] }), [flaky]).querier(always);
    const symbols = new SymbolTable();
    const sets = [1, 2].map(() => querier.select(request(['__name__=m'], { symbols })));
    for (const set of sets) assert.deepEqual(await drain(set, symbols), [[label('a'), ['1=1']]]);
  });
});

describe('label ids', () => {
  it('compare as the labels do', () => {
    const symbols = new SymbolTable();
    const sets = ['', 'a=1', 'a=1,b=1', 'a=1,c=1', 'a=2', 'b=', '\u{1F600}=1', '\uFF5E=1'].map((text) =>
      Labels.fromPairs(...text.split(/[,=]/)),
    );
    for (const x of sets)
      for (const y of sets) {
        const order = compareLabelIds(symbols, symbols.internLabels(x), symbols.internLabels(y));
        assert.equal(Math.sign(order), Math.sign(x.compare(y)), `${x} ${y}`);
      }
  });
});

describeStorageContract('a fanout over an empty secondary', (options) => ({
  storage: createFanout(createMemoryStore(options), [createMemoryStore()]),
}));
