/** Puts series into a Storage for the contract's tests. */
import assert from 'node:assert/strict';
import { Labels } from '../../src/model/index.js';
import { type Appender, appendOutcome, type SeriesRef, type Storage } from '../../src/storage/index.js';
import { appendRows, integerHistogram } from './storage-samples.js';

export const floatHistogram = integerHistogram({ integer: false, count: 12.5, zeroCount: 2.5 });

/** Opens a storage that the suite closes. */
export type Open = (outOfOrderWindowMs?: number) => Promise<Storage>;

/** `m,a=1` is `{__name__="m", a="1"}`. */
export const labels = (text: string): Labels =>
  Labels.fromPairs('__name__', ...text.split(/[,=]/).filter((part) => part !== ''));

/** Commits rows of one series. */
export async function store(
  storage: Storage,
  series: string,
  ...rows: readonly (readonly [timestampMs: number, value: number | 'stale', startMs?: number])[]
): Promise<SeriesRef> {
  const appender = storage.appender();
  const ref = appender.series(labels(series));
  const outcomes = appendRows(appender, ...rows.map(([t, v, st]) => [ref, t, v, st ?? 0] as const));
  assert.deepEqual(
    outcomes,
    rows.map(() => appendOutcome.accepted),
  );
  await appender.commit('scraped');
  return ref;
}

export async function storeHistograms(
  storage: Storage,
  fill: (appender: Appender, ref: SeriesRef) => void,
): Promise<void> {
  const appender = storage.appender();
  fill(appender, appender.series(labels('h')));
  await appender.commit('scraped');
}
