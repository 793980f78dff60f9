import assert from 'node:assert/strict';
import { type Random, seededRandom } from '../../../src/base/index.js';
import { KernelMemoryError, KernelScope, type Kernels } from '../../../src/kernels/index.js';
import { Labels } from '../../../src/model/index.js';
import {
  createMemoryStore,
  type MemoryStore,
  mergeQueriers,
  type Querier,
  readChunk,
  type SelectRequest,
  type SeriesRef,
  SymbolTable,
} from '../../../src/storage/index.js';
import { createSourceQuerier } from '../../../src/tsdb/select/index.js';
import {
  always,
  appendRows,
  drain,
  integerHistogram,
  request,
  rowTexts,
} from '../../storage/storage-samples.js';
import { createTestKernels } from '../../support/kernels.js';
import { type ChunkSeries, ChunkSource } from './chunk-source.js';

const everything = ['__name__=~.+'];

/** Floats, histograms or both; start timestamps now and then. */
function appendSamples(store: MemoryStore, random: Random, ref: SeriesRef, fromMs: number): void {
  const appender = store.appender();
  const kind = random.uint32() % 8;
  const count = random.uint32() % 300;
  const starts = random.uint32() % 10 === 0;
  let timestampMs = fromMs;
  for (let i = 0; i < count; i++) {
    timestampMs += 1 + (random.uint32() % 4) * 500;
    const isHistogram = kind === 0 || (kind === 1 && i % 50 > 30);
    if (isHistogram) {
      const histogram = integerHistogram({ sum: random.uint32() % 1000, zeroCount: 2 });
      appender.appendHistogram({ ref, timestampMs, histogram });
    } else {
      const value = random.uint32() % 30 === 0 ? 'stale' : random.float() * (random.uint32() % 100);
      appendRows(appender, [ref, timestampMs, value, starts ? timestampMs - 5 : 0]);
    }
  }
  void appender.commit('scraped');
}

async function chunksOf(store: MemoryStore): Promise<ChunkSeries[]> {
  const symbols = new SymbolTable();
  const querier = store.querier(always);
  const set = querier.selectChunks(request(everything, { symbols, sorted: false }));
  const found: ChunkSeries[] = [];
  while (await set.next())
    found.push({
      labels: symbols.labels(set.labels),
      chunks: set.chunks.map((chunk) => ({ ...chunk, bytes: chunk.bytes.slice() })),
    });
  querier.close();
  return found;
}

interface Pair {
  readonly plain: Querier;
  readonly joined: Querier;
}

/** The same samples behind a merge of memory stores and behind a join of chunk sources. */
async function makePair(random: Random, kernels: Kernels): Promise<Pair> {
  const stores: MemoryStore[] = [];
  const sources: ChunkSource[] = [];
  const overlap = random.uint32() % 2 === 0 ? 100_000 : 400_000;
  for (let s = 0; s <= random.uint32() % 4; s++) {
    const store = createMemoryStore();
    const shift = random.uint32() % 3;
    for (let i = 0; i < 12; i++) {
      if (random.uint32() % 6 === 0) continue;
      const appender = store.appender();
      const number = (i * (shift === 0 ? 1 : 5)) % 12;
      const ref = appender.series(Labels.fromPairs('__name__', `m${number % 3}`, 'n', `${number}é`));
      await appender.commit('scraped');
      appendSamples(store, random, ref, s * overlap);
    }
    const series = await chunksOf(store);
    const turned = random.uint32() % 4 === 0;
    stores.push(store);
    sources.push(
      new ChunkSource(
        series.map(({ labels, chunks }) => ({ labels, chunks: turned ? [...chunks].reverse() : chunks })),
      ),
    );
  }
  return {
    plain: mergeQueriers(stores.map((store) => store.querier(always))),
    joined: createSourceQuerier({ sources, window: always, kernels }),
  };
}

/** Hints are of the chunks and their borders, which a store in memory does not have. */
function withoutHints(series: [string, string[]][]): [string, string[]][] {
  return series
    .filter(([, rows]) => rows.length > 0)
    .map(([labels, rows]) => [labels, rows.map((row) => row.replace(/\|(unknown|not-reset)\|/, '|'))]);
}

describe('tsdb/select: sources joined', () => {
  let kernels: Kernels;
  before(async () => {
    kernels = await createTestKernels();
  });

  it('answers as a merge of stores does, whatever the windows, overlaps and kinds (seed 3)', async function () {
    this.timeout(20_000);
    const seed = 3;
    const random = seededRandom(seed);
    for (let i = 0; i < 60; i++) {
      const { plain, joined } = await makePair(random, kernels);
      for (let r = 0; r < 4; r++) {
        const symbols = new SymbolTable();
        const other = new SymbolTable();
        const mintMs = random.uint32() % 2 === 0 ? always.mintMs : random.uint32() % 800_000;
        const maxtMs = random.uint32() % 2 === 0 ? always.maxtMs : mintMs + (random.uint32() % 400_000);
        const specs = [everything, ['__name__=m1'], ['n=~1.*', '__name__!=m0'], ['n=nothing']][r] as string[];
        const limit = random.uint32() % 4 === 0 ? 3 : 0;
        const scope = random.uint32() % 2 === 0 ? new KernelScope(kernels) : undefined;
        const expected = await drain(
          plain.select(request(specs, { symbols, mintMs, maxtMs, limit })),
          symbols,
        );
        const found = await drain(
          joined.select(request(specs, { symbols: other, mintMs, maxtMs, limit, scope })),
          other,
        );
        assert.deepEqual(
          withoutHints(found),
          withoutHints(expected),
          `seed ${seed}, store ${i}, request ${r}`,
        );
        assert.equal(scope?.heldBytes ?? 0, 0);
      }
      plain.close();
      joined.close();
    }
  });

  it('answers chunks that hold the same samples', async () => {
    const random = seededRandom(8);
    for (let i = 0; i < 15; i++) {
      const { plain, joined } = await makePair(random, kernels);
      const rows = async (querier: Querier): Promise<[string, string[]][]> => {
        const symbols = new SymbolTable();
        const set = querier.selectChunks(request(everything, { symbols }));
        const found: [string, string[]][] = [];
        while (await set.next()) {
          const texts = set.chunks.flatMap((chunk) => {
            const read = readChunk(chunk);
            return rowTexts(read.columns(0, read.length));
          });
          found.push([symbols.labels(set.labels).toString(), texts]);
        }
        set.close();
        return found;
      };
      assert.deepEqual(withoutHints(await rows(joined)), withoutHints(await rows(plain)), `store ${i}`);
    }
  });

  it('answers names and values in order, once, at most as many as asked for', async () => {
    const { plain, joined } = await makePair(seededRandom(5), kernels);
    const matcherSets = [request(['__name__=m1'], { symbols: new SymbolTable() }).matchers];
    for (const asked of [
      { ...always, matcherSets: [] },
      { ...always, matcherSets },
    ]) {
      for (const limit of [0, 2]) {
        const all = { ...asked, limit };
        assert.deepEqual(await joined.labelNames(all), await plain.labelNames(all));
        assert.deepEqual(await joined.labelValues('n', all), await plain.labelValues('n', all));
      }
    }
    assert.deepEqual(await joined.selectExemplars({ ...always, matcherSets: [] }), []);
  });
});

describe('tsdb/select: what a set promises', () => {
  const store = createMemoryStore();
  let kernels: Kernels;
  let series: ChunkSeries[];
  before(async () => {
    kernels = await createTestKernels();
    const appender = store.appender();
    for (const name of ['b', 'a', 'c']) {
      const ref = appender.series(Labels.fromPairs('__name__', name));
      for (let t = 1000; t <= 200_000; t += 1000) appendRows(appender, [ref, t, t / 1000]);
    }
    await appender.commit('scraped');
    series = await chunksOf(store);
  });
  const select = (sources: ChunkSource[], change: Partial<SelectRequest> = {}) => {
    const symbols = new SymbolTable();
    const querier = createSourceQuerier({ sources, window: always, kernels });
    const set = querier.select(request(everything, { symbols, ...change }));
    return { set, symbols, querier };
  };

  it('says where its columns stand in the memory that the request names, and nowhere else', async () => {
    const scope = new KernelScope(kernels);
    const { set } = select([new ChunkSource(series)], { scope });
    assert.equal(await set.next(), true);
    const { columns } = set;
    assert.ok(columns.place !== undefined);
    assert.equal(columns.length, 200);
    assert.equal(kernels.doubles[columns.place.timestamps / 8 + 199], 200_000);
    assert.equal(kernels.doubles[columns.place.values / 8 + 199], 200);
    assert.equal(columns.timestamps[0], 1000);
    set.close();
    assert.equal(scope.heldBytes, 0);
    const without = select([new ChunkSource(series)]).set;
    assert.equal(await without.next(), true);
    assert.equal(without.columns.place, undefined);
    assert.equal(without.columns.values[199], 200);
    without.close();
  });

  it('keeps its place where chunks come in another order or overlap; the first source wins', async () => {
    const scope = new KernelScope(kernels);
    const other = createMemoryStore();
    const appender = other.appender();
    const ref = appender.series(Labels.fromPairs('__name__', 'a'));
    for (let t = 500; t <= 300_000; t += 500) appendRows(appender, [ref, t, -t]);
    await appender.commit('scraped');
    const { set } = select([new ChunkSource(series), new ChunkSource(await chunksOf(other))], { scope });
    assert.equal(await set.next(), true);
    const { columns } = set;
    assert.ok(columns.place !== undefined);
    assert.equal(columns.length, 600);
    assert.deepEqual([...columns.values.subarray(0, 4)], [-500, 1, -1500, 2]);
    assert.equal(columns.values[599], -300_000);
    set.close();
  });

  it('comes in label order where that is asked for, else as the sources have them', async () => {
    for (const [sorted, names] of [
      [true, 'abc'],
      [false, 'bac'],
    ] as const) {
      const { set, symbols } = select([new ChunkSource(series), new ChunkSource(series)], { sorted });
      let found = '';
      while (await set.next()) found += symbols.labels(set.labels).get('__name__');
      assert.equal(found, names);
      set.close();
    }
  });

  it('counts only series with samples towards a limit; labels alone are told by chunks', async () => {
    const window = { mintMs: 1500, maxtMs: 1600 };
    const limited = select([new ChunkSource(series)], { ...window, limit: 1 });
    assert.equal(await limited.set.next(), false);
    const alone = select([new ChunkSource(series)], { ...window, limit: 1, hints: { func: 'series' } });
    assert.equal(await alone.set.next(), true);
    assert.equal(await alone.set.next(), false);
    const outside = select([new ChunkSource(series)], { mintMs: 300_000, hints: { func: 'series' } });
    assert.equal(await outside.set.next(), false);
  });

  it('closes what it opened, and throws when the share of a query is used up', async () => {
    const source = new ChunkSource(series);
    const { set, querier } = select([source]);
    await set.next();
    assert.equal(source.openMatches, 1);
    set.close();
    assert.equal(source.openMatches, 0);
    querier.close();
    querier.close();
    assert.equal(source.isClosed, true);
    const small = select([new ChunkSource(series)], { scope: new KernelScope(kernels, 2000) });
    await small.set.next();
    assert.throws(() => small.set.columns, KernelMemoryError);
    small.set.close();
  });
});
