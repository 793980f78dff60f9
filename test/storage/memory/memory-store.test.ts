import assert from 'node:assert/strict';
import { Labels } from '../../../src/model/index.js';
import {
  appendOutcome,
  createMemoryStore,
  type MemoryStore,
  type SeriesRef,
} from '../../../src/storage/index.js';
import { describeStorageContract } from '../contract.js';
import { always, appendRows, readAll } from '../storage-samples.js';

describeStorageContract('the memory store', (options) => ({ storage: createMemoryStore(options) }));

const name = (text: string): Labels => Labels.fromPairs('__name__', text);

function fill(store: MemoryStore, series: string, ...times: number[]): SeriesRef {
  const appender = store.appender();
  const made = appender.series(name(series));
  appendRows(appender, ...times.map((t) => [made, t, t] as const));
  appender.commitNow();
  return made;
}

describe('the memory store', () => {
  it('bounds in-order samples by the lowest valid time and by half a chunk range', () => {
    const { accepted, outOfBounds } = appendOutcome;
    const store = createMemoryStore({ minValidTimeMs: 1000, chunkRangeMs: 2000 });
    const appender = store.appender();
    const a = appender.series(name('a'));
    const b = appender.series(name('b'));
    assert.deepEqual(appendRows(appender, [a, 999, 1], [a, 1000, 1], [b, 5000, 1]), [
      outOfBounds,
      accepted,
      accepted,
    ]);
    appender.commitNow();
    const later = store.appender();
    assert.deepEqual(appendRows(later, [a, 3999, 1], [a, 4000, 1]), [outOfBounds, accepted]);
    assert.deepEqual(appendRows(later, [a, 2 ** 50 + 1, 1]), [outOfBounds]);
    later.rollback();
    store.minValidTimeMs = 4500;
    const bounded = store.appender();
    assert.deepEqual(appendRows(bounded, [a, 4499, 1], [a, 4500, 1]), [outOfBounds, accepted]);
    bounded.rollback();
  });

  it('refuses series beyond the limit', () => {
    const store = createMemoryStore({ seriesLimit: 2 });
    const appender = store.appender();
    const refs = ['a', 'b', 'c', 'a'].map((text) => appender.series(name(text)));
    assert.deepEqual(
      refs.map((made) => made !== 0),
      [true, true, false, true],
    );
    assert.deepEqual(appender.createdSeries, refs.slice(0, 2));
    appender.rollback();
  });

  it('forgets the exemplars that came first', async () => {
    const store = createMemoryStore({ exemplarLimit: 2 });
    const appender = store.appender();
    const made = appender.series(name('a'));
    appendRows(appender, [made, 1, 1]);
    for (const timestampMs of [1, 2, 3])
      appender.appendExemplar(made, {
        labels: name(`t${timestampMs}`),
        value: 1,
        timestampMs,
        hasTimestamp: true,
      });
    appender.commitNow();
    const querier = store.querier(always);
    const [found] = await querier.selectExemplars({ ...always, matcherSets: [] });
    assert.deepEqual(
      found?.exemplars.map((exemplar) => exemplar.timestampMs),
      [2, 3],
    );
    querier.close();
  });

  it('drops old samples, and series without any when nobody may know them', async () => {
    const store = createMemoryStore();
    fill(store, 'a', 10, 20, 30);
    const gone = fill(store, 'b', 10);
    const querier = store.querier(always);
    assert.deepEqual(store.truncateBefore(20), []);
    assert.deepEqual(await readAll(store), [['{__name__="a"}', ['20=20', '30=30']]]);
    querier.close();
    assert.deepEqual(store.truncateBefore(20), [gone]);
    assert.deepEqual([store.seriesCount, store.mintMs, store.maxtMs], [1, 20, 30]);
    const appender = store.appender();
    assert.deepEqual(appendRows(appender, [gone, 40, 1]), [appendOutcome.unknownSeries]);
    assert.notEqual(appender.series(name('b')), gone);
    appender.rollback();
  });
});
