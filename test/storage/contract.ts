import assert from 'node:assert/strict';
import { appendOutcome, type Storage, SymbolTable } from '../../src/storage/index.js';
import { describeReading } from './contract-reading.js';
import {
  always,
  appendRows,
  drain,
  histogramText,
  integerHistogram,
  readAll,
  request,
  staleText,
} from './storage-samples.js';
import { floatHistogram, labels, type Open, store, storeHistograms } from './stored-series.js';

export interface StorageUnderTest {
  readonly storage: Storage;
  /** Closes and removes it; the suite calls `storage.close` itself where there is none. */
  dispose?(): Promise<void>;
}

export type MakeStorage = (options: {
  outOfOrderWindowMs: number;
}) => StorageUnderTest | Promise<StorageUnderTest>;

const accepted = appendOutcome.accepted;

/** What every Storage must do, whatever it keeps its samples in. */
export function describeStorageContract(name: string, make: MakeStorage): void {
  describe(`${name} as a Storage`, () => {
    const open: StorageUnderTest[] = [];
    const opened = async (outOfOrderWindowMs = 0): Promise<Storage> => {
      const made = await make({ outOfOrderWindowMs });
      open.push(made);
      return made.storage;
    };
    afterEach(async () => {
      for (const made of open.splice(0)) await (made.dispose?.() ?? made.storage.close());
    });
    describeAppending(opened);
    describeOutOfOrder(opened);
    describeHistograms(opened);
    describeIsolation(opened);
    describeReading(opened);
  });
}

function describeAppending(open: Open): void {
  it('gives back what was committed, bit for bit', async () => {
    const storage = await open();
    await store(storage, 'up', [1, 1], [2, -0], [3, Number.NaN], [4, 'stale'], [5, Infinity], [6, 5e-324]);
    const [[series, rows]] = (await readAll(storage)) as [[string, string[]]];
    assert.equal(series, '{__name__="up"}');
    assert.deepEqual(
      rows.filter((row) => !row.startsWith('3=')),
      ['1=1', '2=-0', `4=${staleText}`, '5=Infinity', '6=5e-324'],
    );
  });

  it('keeps start timestamps', async () => {
    const storage = await open();
    await store(storage, 'c', [10, 1]);
    await store(storage, 'c', [20, 2, 5], [30, 3]);
    assert.deepEqual(await readAll(storage), [['{__name__="c"}', ['10=1', '20=2@5', '30=3']]]);
  });

  it('finds the same series for the same labels and another for others', async () => {
    const storage = await open();
    const appender = storage.appender();
    const a = appender.series(labels('m,a=1'));
    assert.notEqual(a, 0);
    assert.equal(appender.series(labels('m,a=1')), a);
    assert.notEqual(appender.series(labels('m,a=2')), a);
    assert.notEqual(appender.series(labels('m,__proto__=1')), appender.series(labels('m,constructor=1')));
    appender.rollback();
  });

  it('says of each row what became of it', async () => {
    const storage = await open();
    const ref = await store(storage, 'm', [1000, 1], [2000, 2]);
    const cases: readonly (readonly [string, number, number, number])[] = [
      ['newer', 3000, 1, appendOutcome.accepted],
      ['the same once more', 3000, 1, appendOutcome.accepted],
      ['another value at that time', 3000, 2, appendOutcome.duplicate],
      ['a NaN at that time', 3000, Number.NaN, appendOutcome.duplicate],
      ['older than its own row', 2500, 1, appendOutcome.outOfOrder],
      ['older than what is committed', 1500, 1, appendOutcome.outOfOrder],
    ];
    const appender = storage.appender();
    for (const [name, t, v, outcome] of cases)
      assert.deepEqual(appendRows(appender, [ref, t, v]), [outcome], name);
    assert.deepEqual(appendRows(appender, [999_999, 5000, 1]), [appendOutcome.unknownSeries]);
    await appender.commit('acknowledged');
    assert.deepEqual(await readAll(storage), [['{__name__="m"}', ['1000=1', '2000=2', '3000=1']]]);
  });

  it('accepts a committed sample once more and refuses another value for its time', async () => {
    const storage = await open();
    const ref = await store(storage, 'm', [1000, 1], [2000, 'stale']);
    const appender = storage.appender();
    const outcomes = appendRows(appender, [ref, 2000, 'stale'], [ref, 2000, 1]);
    assert.deepEqual(outcomes, [accepted, appendOutcome.duplicate]);
    await appender.commit('scraped');
    assert.deepEqual(await readAll(storage), [['{__name__="m"}', ['1000=1', `2000=${staleText}`]]]);
  });

  it('forgets what is rolled back', async () => {
    const storage = await open();
    const ref = await store(storage, 'm', [1000, 1]);
    const appender = storage.appender();
    const fresh = appender.series(labels('fresh'));
    appendRows(appender, [ref, 2000, 2], [fresh, 2000, 2]);
    appender.appendHistogram({ ref, timestampMs: 3000, histogram: integerHistogram() });
    appender.rollback();
    assert.deepEqual(await readAll(storage), [['{__name__="m"}', ['1000=1']]]);
    const querier = storage.querier(always);
    const names = await querier.labelValues('__name__', { ...always, matcherSets: [] });
    assert.deepEqual(names.values, ['m']);
    querier.close();
    await store(storage, 'm', [2000, 3]);
    assert.deepEqual(await readAll(storage), [['{__name__="m"}', ['1000=1', '2000=3']]]);
  });

  it('drops rows that another appender has overtaken', async () => {
    const storage = await open();
    const ref = await store(storage, 'm', [1000, 1]);
    const slow = storage.appender();
    const fast = storage.appender();
    assert.deepEqual(appendRows(slow, [ref, 2000, 2], [ref, 5000, 5]), [accepted, accepted]);
    assert.deepEqual(appendRows(fast, [ref, 3000, 3]), [accepted]);
    assert.deepEqual(appendRows(fast, [ref, 4000, 4]), [accepted]);
    await fast.commit('scraped');
    await slow.commit('scraped');
    assert.deepEqual(await readAll(storage), [['{__name__="m"}', ['1000=1', '3000=3', '4000=4', '5000=5']]]);
  });

  it('copies what it is given before the call returns', async () => {
    const storage = await open();
    const appender = storage.appender();
    const ref = appender.series(labels('m'));
    const values = Float64Array.of(1);
    const timestamps = Float64Array.of(1000);
    const batch = { length: 1, refs: Float64Array.of(ref), timestamps, values };
    appender.appendFloats(batch, new Uint8Array(1));
    const histogram = integerHistogram();
    appender.appendHistogram({ ref, timestampMs: 2000, histogram });
    const text = histogramText(integerHistogram());
    values[0] = 9;
    timestamps[0] = 9;
    histogram.positiveBuckets.fill(9);
    await appender.commit('scraped');
    assert.deepEqual(await readAll(storage), [['{__name__="m"}', ['1000=1', `2000=${text}`]]]);
  });
}

function describeOutOfOrder(open: Open): void {
  it('inserts late samples within the window and refuses older ones', async () => {
    const storage = await open(10_000);
    const ref = await store(storage, 'm', [100_000, 1], [110_000, 2]);
    const appender = storage.appender();
    const outcomes = appendRows(
      appender,
      [ref, 105_000, 3],
      [ref, 101_000, 4],
      [ref, 99_999, 5],
      [ref, 110_000, 2],
      [ref, 110_000, 6],
      [ref, 111_000, 7],
      [ref, 103_000, 8],
    );
    const { tooOld, duplicate } = appendOutcome;
    assert.deepEqual(outcomes, [accepted, accepted, tooOld, accepted, duplicate, accepted, accepted]);
    await appender.commit('acknowledged');
    assert.deepEqual(await readAll(storage), [
      ['{__name__="m"}', ['100000=1', '101000=4', '103000=8', '105000=3', '110000=2', '111000=7']],
    ]);
  });

  it('keeps the sample that is there when a late one has its time', async () => {
    const storage = await open(10_000);
    const ref = await store(storage, 'm', [1000, 1], [2000, 2]);
    const appender = storage.appender();
    assert.deepEqual(appendRows(appender, [ref, 1000, 1], [ref, 1500, 3], [ref, 1500, 3]), [
      accepted,
      accepted,
      accepted,
    ]);
    await appender.commit('scraped');
    assert.deepEqual(await readAll(storage), [['{__name__="m"}', ['1000=1', '1500=3', '2000=2']]]);
  });

  it('inserts late histograms among floats', async () => {
    const storage = await open(10_000);
    const ref = await store(storage, 'm', [1000, 1], [2000, 2]);
    const appender = storage.appender();
    const outcome = appender.appendHistogram({ ref, timestampMs: 1500, histogram: integerHistogram() });
    assert.equal(outcome, accepted);
    await appender.commit('scraped');
    const text = histogramText(integerHistogram());
    assert.deepEqual(await readAll(storage), [['{__name__="m"}', ['1000=1', `1500=${text}`, '2000=2']]]);
  });
}

function describeHistograms(open: Open): void {
  it('mixes floats and both kinds of histograms in one series', async () => {
    const storage = await open();
    const gauge = integerHistogram({ counterResetHint: 'gauge' });
    await storeHistograms(storage, (appender, ref) => {
      appendRows(appender, [ref, 1000, 1]);
      appender.appendHistogram({ ref, timestampMs: 2000, histogram: gauge, startTimestampMs: 500 });
      appender.appendHistogram({ ref, timestampMs: 3000, histogram: floatHistogram });
      appendRows(appender, [ref, 4000, 4]);
    });
    const rows = [
      '1000=1',
      `2000=${histogramText(gauge)}@500`,
      `3000=${histogramText(floatHistogram)}`,
      '4000=4',
    ];
    assert.deepEqual(await readAll(storage), [['{__name__="h"}', rows]]);
  });

  it('turns a stale marker into a stale histogram where the last sample is a histogram', async () => {
    const storage = await open();
    await storeHistograms(storage, (appender, ref) => {
      appender.appendHistogram({ ref, timestampMs: 1000, histogram: floatHistogram });
      appendRows(appender, [ref, 2000, 'stale']);
      appender.appendHistogram({ ref, timestampMs: 3000, histogram: integerHistogram() });
    });
    const ref = await store(storage, 'h', [4000, 'stale']);
    await store(storage, 'h', [5000, 1], [6000, 'stale']);
    assert.notEqual(ref, 0);
    const [[, rows]] = (await readAll(storage)) as [[string, string[]]];
    assert.deepEqual(
      rows.filter((row) => row.includes('stale') || row.includes('nan')),
      ['2000=stale-float-histogram', '4000=stale-histogram', `6000=${staleText}`],
    );
  });

  it('refuses invalid histograms and other values for a time that is taken', async () => {
    const storage = await open();
    await storeHistograms(storage, (appender, ref) => {
      const histogram = integerHistogram();
      assert.equal(appender.appendHistogram({ ref, timestampMs: 1000, histogram }), accepted);
      const { duplicate, invalidHistogram, outOfOrder } = appendOutcome;
      const cases: readonly (readonly [ReturnType<typeof integerHistogram>, number, number])[] = [
        [integerHistogram(), 1000, accepted],
        [integerHistogram({ sum: 1 }), 1000, duplicate],
        [floatHistogram, 1000, duplicate],
        [integerHistogram(), 999, outOfOrder],
        [integerHistogram({ count: 13 }), 2000, invalidHistogram],
        [integerHistogram({ schema: 9 }), 2000, invalidHistogram],
        [integerHistogram({ positiveSpans: [{ offset: 0, length: 3 }] }), 2000, invalidHistogram],
        [integerHistogram({ positiveBuckets: Float64Array.of(1, 2, 8, -1) }), 2000, invalidHistogram],
      ];
      for (const [sample, timestampMs, outcome] of cases)
        assert.equal(appender.appendHistogram({ ref, timestampMs, histogram: sample }), outcome);
      assert.deepEqual(appendRows(appender, [ref, 1000, 1]), [duplicate]);
    });
  });
}

function describeIsolation(open: Open): void {
  it('shows an open querier nothing of later commits, appended or inserted', async () => {
    const storage = await open(10_000);
    const ref = await store(storage, 'm', [1000, 1], [3000, 3]);
    const before = storage.querier(always);
    const pending = storage.appender();
    appendRows(pending, [ref, 4000, 4], [ref, 2000, 2]);
    const other = pending.series(labels('other'));
    appendRows(pending, [other, 4000, 1]);
    const during = storage.querier(always);
    await pending.commit('scraped');
    const after = storage.querier(always);
    await store(storage, 'm', [5000, 5], [1500, 1.5]);
    const seen = async (querier: typeof before): Promise<string[][]> => {
      const symbols = new SymbolTable();
      const rows = await drain(querier.select(request(['__name__=~.+'], { symbols })), symbols);
      return rows.map(([, texts]) => texts);
    };
    for (const querier of [before, during]) assert.deepEqual(await seen(querier), [['1000=1', '3000=3']]);
    assert.deepEqual(await seen(after), [['1000=1', '2000=2', '3000=3', '4000=4'], ['4000=1']]);
    const names = await before.labelValues('__name__', { ...always, matcherSets: [] });
    assert.deepEqual(names.values, ['m']);
    for (const querier of [before, during, after]) querier.close();
    const [rows] = await readAll(storage, ['__name__=m']);
    assert.deepEqual(rows?.[1], ['1000=1', '1500=1.5', '2000=2', '3000=3', '4000=4', '5000=5']);
  });
}
