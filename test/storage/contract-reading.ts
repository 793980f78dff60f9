import assert from 'node:assert/strict';
import { type Exemplar, Labels } from '../../src/model/index.js';
import { appendOutcome, type Storage, SymbolTable } from '../../src/storage/index.js';
import {
  always,
  appendRows,
  drain,
  integerHistogram,
  matchers,
  readAll,
  readChunks,
  request,
} from './storage-samples.js';
import { floatHistogram, labels, type Open, store, storeHistograms } from './stored-series.js';

const accepted = appendOutcome.accepted;

/** What a Storage answers of what it holds. */
export function describeReading(open: Open): void {
  describeSelecting(open);
  describeLabels(open);
  describeSideData(open);
}

function describeSelecting(open: Open): void {
  const fill = async (storage: Storage): Promise<void> => {
    for (const series of [
      'b,x=1',
      'a,x=2',
      'a,x=1',
      'a,x=1,y=3',
      'a,x=10',
      'a,é=ü',
      'a,x=\u{1F600}',
      'a,x=\uFF5E',
    ])
      await store(storage, series, [1000, 1], [2000, 2], [3000, 3]);
  };

  it('yields series in label order', async () => {
    const storage = await open();
    await fill(storage);
    const found = (await readAll(storage)).map(([series]) => series.replaceAll(/__name__=|[{}" ]/g, ''));
    assert.deepEqual(found, [
      'a,x=1',
      'a,x=1,y=3',
      'a,x=10',
      'a,x=2',
      'a,x=\uFF5E',
      'a,x=\u{1F600}',
      'a,é=ü',
      'b,x=1',
    ]);
  });

  it('cuts rows to the window, both ends inclusive', async () => {
    const storage = await open();
    await store(storage, 'm', [1000, 1], [2000, 2], [3000, 3]);
    const cases: readonly (readonly [number, number, string[]])[] = [
      [1000, 3000, ['1000=1', '2000=2', '3000=3']],
      [1001, 2999, ['2000=2']],
      [2000, 2000, ['2000=2']],
      [Number.NEGATIVE_INFINITY, 1999, ['1000=1']],
      [3001, Number.POSITIVE_INFINITY, []],
      [2500, 2600, []],
    ];
    for (const [mintMs, maxtMs, rows] of cases) {
      const found = await readAll(storage, ['__name__=m'], { mintMs, maxtMs });
      assert.deepEqual(
        found.flatMap(([, texts]) => texts),
        rows,
        `${mintMs} to ${maxtMs}`,
      );
    }
  });

  it('never reads outside the window of the querier', async () => {
    const storage = await open();
    await store(storage, 'm', [1000, 1], [2000, 2], [3000, 3]);
    const querier = storage.querier({ mintMs: 1500, maxtMs: 2500 });
    const symbols = new SymbolTable();
    const found = await drain(querier.select(request(['__name__=m'], { symbols })), symbols);
    assert.deepEqual(found, [['{__name__="m"}', ['2000=2']]]);
    querier.close();
  });

  it('gives the chunks that overlap the window, whole and in rising time', async () => {
    const storage = await open();
    const rows = Array.from({ length: 500 }, (_, i) => [i * 1000, i] as const);
    await store(storage, 'm', ...rows, [500_000, 'stale']);
    await storeHistograms(storage, (appender, ref) => {
      appendRows(appender, [ref, 1000, 1]);
      appender.appendHistogram({ ref, timestampMs: 2000, histogram: integerHistogram() });
      appender.appendHistogram({ ref, timestampMs: 3000, histogram: floatHistogram, startTimestampMs: 7 });
    });
    const whole = await readChunks(storage, always);
    const expected = await readAll(storage);
    assert.deepEqual(
      whole.map(([series, chunks]) => [series, chunks.flatMap(({ rows }) => rows)]),
      expected,
    );
    const overlapping = await readChunks(storage, { mintMs: 200_000, maxtMs: 200_000 });
    assert.deepEqual(
      overlapping.map(([series]) => series),
      ['{__name__="m"}'],
    );
    for (const [, chunks] of [...whole, ...overlapping]) {
      let last = Number.NEGATIVE_INFINITY;
      for (const { chunk, rows } of chunks) {
        assert.ok(chunk.mintMs > last && chunk.maxtMs >= chunk.mintMs);
        assert.equal(rows[0]?.startsWith(`${chunk.mintMs}=`), true);
        assert.equal(rows.at(-1)?.startsWith(`${chunk.maxtMs}=`), true);
        last = chunk.maxtMs;
      }
    }
    const [[, [covering]]] = overlapping as [[string, (typeof whole)[0][1]]];
    assert.ok(covering?.rows.includes('200000=200'));
  });

  it('stops at the limit', async () => {
    const storage = await open();
    await fill(storage);
    assert.equal((await readAll(storage, ['__name__=~.+'], { limit: 3 })).length, 3);
  });

  const selections: readonly (readonly [specs: readonly string[], series: readonly string[]])[] = [
    [['__name__=a'], ['1', '13', '10', '2', '-']],
    [
      ['__name__=a', 'x=1'],
      ['1', '13'],
    ],
    [['__name__=a', 'x=1', 'y='], ['1']],
    [['__name__=a', 'y!='], ['13']],
    [
      ['__name__=a', 'x!=1'],
      ['10', '2', '-'],
    ],
    [
      ['__name__=a', 'x=~1|2'],
      ['1', '13', '2'],
    ],
    [
      ['__name__=a', 'x=~1.*'],
      ['1', '13', '10'],
    ],
    [
      ['__name__=a', 'x!~1.*'],
      ['2', '-'],
    ],
    [
      ['__name__=a', 'x=~.*'],
      ['1', '13', '10', '2', '-'],
    ],
    [
      ['__name__=a', 'x=~.+'],
      ['1', '13', '10', '2'],
    ],
    [['__name__=a', 'x!~.+'], ['-']],
    [['__name__=a', 'x!~.*'], []],
    [
      ['__name__=a', 'x=~|2'],
      ['2', '-'],
    ],
    [
      ['__name__=a', 'x!~|2'],
      ['1', '13', '10'],
    ],
    [['__name__=a', 'x='], ['-']],
    [
      ['x=~.+', 'x!=1'],
      ['10', '2'],
    ],
    [['x=1', 'x=2'], []],
    [['absent=x'], []],
    [
      ['__name__=a', 'absent!=x'],
      ['1', '13', '10', '2', '-'],
    ],
    [
      ['__name__=~a|b', 'x=1'],
      ['1', '13', 'b1'],
    ],
    [['__name__!=a'], ['b1']],
    [
      ['y=~3?', 'x=1'],
      ['1', '13', 'b1'],
    ],
  ];
  it('selects the series that pass all matchers', async () => {
    const storage = await open();
    for (const series of ['a,x=1', 'a,x=1,y=3', 'a,x=10', 'a,x=2', 'a,é=ü', 'b,x=1'])
      await store(storage, series, [1000, 1]);
    const short = new Map([
      ['{__name__="a", x="1"}', '1'],
      ['{__name__="a", x="1", y="3"}', '13'],
      ['{__name__="a", x="10"}', '10'],
      ['{__name__="a", x="2"}', '2'],
      ['{__name__="a", "é"="ü"}', '-'],
      ['{__name__="b", x="1"}', 'b1'],
    ]);
    for (const [specs, expected] of selections) {
      const found = (await readAll(storage, specs)).map(([series]) => short.get(series) ?? series);
      assert.deepEqual(found, expected, specs.join(', '));
    }
  });
}

function describeLabels(open: Open): void {
  it('answers label names and values, of all series or of those that match', async () => {
    const storage = await open();
    for (const series of ['a,x=1', 'a,x=2,y=1', 'b,z=1', 'b,__proto__=p'])
      await store(storage, series, [1000, 1]);
    const querier = storage.querier(always);
    const names = async (...sets: string[][]): Promise<readonly string[]> =>
      (await querier.labelNames({ ...always, matcherSets: sets.map((set) => matchers(...set)) })).values;
    const values = async (name: string, ...sets: string[][]): Promise<readonly string[]> =>
      (await querier.labelValues(name, { ...always, matcherSets: sets.map((set) => matchers(...set)) }))
        .values;
    assert.deepEqual(await names(), ['__name__', '__proto__', 'x', 'y', 'z']);
    assert.deepEqual(await names(['__name__=a']), ['__name__', 'x', 'y']);
    assert.deepEqual(await names(['x=1'], ['z=1']), ['__name__', 'x', 'z']);
    assert.deepEqual(await values('x'), ['1', '2']);
    assert.deepEqual(await values('x', ['x!=1']), ['2']);
    assert.deepEqual(await values('x', ['y=1']), ['2']);
    assert.deepEqual(await values('__name__', ['x=1'], ['z=1']), ['a', 'b']);
    assert.deepEqual(await values('__proto__'), ['p']);
    assert.deepEqual(await values('constructor'), []);
    const limited = await querier.labelNames({ ...always, matcherSets: [], limit: 2 });
    assert.deepEqual(limited.values, ['__name__', '__proto__']);
    querier.close();
  });
}

function describeSideData(open: Open): void {
  it('keeps exemplars in rising time and the last metadata of each name', async () => {
    const storage = await open();
    const appender = storage.appender();
    const ref = appender.series(labels('m,a=1'));
    appendRows(appender, [ref, 1000, 1]);
    const exemplar = (timestampMs: number, value = 1): Exemplar => ({
      labels: Labels.fromPairs('trace', `t${timestampMs}`),
      value,
      timestampMs,
      hasTimestamp: true,
    });
    assert.equal(appender.appendExemplar(ref, exemplar(1000)), accepted);
    assert.equal(appender.appendExemplar(ref, exemplar(2000)), accepted);
    appender.setMetadata(ref, { type: 'gauge', unit: '', help: 'old' });
    appender.setMetadata(ref, { type: 'counter', unit: 's', help: 'what' });
    assert.equal(storage.metadata().get('m'), undefined);
    await appender.commit('acknowledged');
    const late = storage.appender();
    assert.equal(late.appendExemplar(ref, exemplar(2000)), accepted);
    assert.equal(late.appendExemplar(ref, exemplar(1500)), appendOutcome.outOfOrder);
    late.rollback();
    const querier = storage.querier(always);
    const found = await querier.selectExemplars({
      mintMs: 1500,
      maxtMs: 3000,
      matcherSets: [matchers('a=1')],
    });
    assert.deepEqual(
      found.map((series) => series.exemplars.map((each) => each.timestampMs)),
      [[2000]],
    );
    const none = await querier.selectExemplars({ ...always, matcherSets: [matchers('a=2')] });
    assert.deepEqual(none, []);
    querier.close();
    assert.deepEqual(storage.metadata().get('m'), { type: 'counter', unit: 's', help: 'what' });
  });

  it('counts series by name, label and pair', async () => {
    const storage = await open();
    for (const series of ['a,x=1', 'a,x=2', 'b,x=1']) await store(storage, series, [1000, 1], [2000, 2]);
    const stats = storage.cardinality(2);
    assert.equal(stats.seriesCount, 3);
    assert.equal(stats.labelPairCount, 4);
    assert.deepEqual([stats.mintMs, stats.maxtMs], [1000, 2000]);
    assert.deepEqual(stats.seriesCountByMetricName, [
      { name: 'a', value: 2 },
      { name: 'b', value: 1 },
    ]);
    assert.equal(stats.labelValueCountByLabelName[0]?.value, 2);
    assert.equal(stats.seriesCountByLabelValuePair.length, 2);
  });
}
