import { systemClock } from '../../../src/base/index.js';
import { type ContentKinds, lateRequest, requests, type Steps, timeOf } from './content.js';
import { deleteSeries, sendSeries } from './write-client.js';

type Deletion = readonly [match: string, firstStep: number, lastStep: number];

async function deleteAll(url: string, deletions: readonly Deletion[]): Promise<void> {
  for (const [match, first, last] of deletions)
    await deleteSeries(url, { match: [match], fromMs: timeOf(first), toMs: timeOf(last) });
}

export interface Turn {
  readonly steps: Steps;
  readonly kinds: ContentKinds;
  /** Whether late samples of the head are among what is deleted. */
  readonly deletesLate: boolean;
}

/** Samples in order, late ones on the way and at the end, and deletions in blocks, in the head and among late ones. */
export async function writeTurn(url: string, { steps, kinds, deletesLate }: Turn): Promise<void> {
  const { from, to } = steps;
  // Of what the one before has left in its head.
  const left: Deletion[] = [
    ['only_late', from - 38, from - 33],
    ['c_total{i=~"1|2"}', from - 38, from - 33],
  ];
  if (deletesLate) await deleteAll(url, left);
  const middle = from + Math.floor((to - from) / 2);
  for (const request of requests({ from, to: middle }, kinds)) await sendSeries(url, request);
  await sendSeries(url, lateRequest({ from: middle - 150, to: middle - 20 }, kinds));
  for (const request of requests({ from: middle, to }, kinds)) await sendSeries(url, request);
  await sendSeries(url, lateRequest({ from: to - 60, to: to - 10 }, kinds));
  // tsprom writes chunks that are full to the disk within a second.
  await systemClock.sleep(1500);
  const gauges = kinds.deletedGauges ? '' : ',gauge!="true"';
  await deleteAll(url, [
    ['c_total{i="3"}', from + 20, from + 90],
    [`{__name__=~"h|h_custom",offset="77"${gauges}}`, from + 50, from + 60],
    ['gappy{i="2"}', from + 100, to],
    ['deleted_whole', from, to],
    ['c_total{i="4"}', to - 25, to - 5],
    ['{__name__=~"h|mixed",gauge!="true"}', to - 40, to - 30],
  ]);
  const late: Deletion[] = [
    ['only_late', to - 50, to - 40],
    ['gappy{i="1"}', to - 45, to - 35],
  ];
  if (deletesLate) await deleteAll(url, late);
  // Late samples of deleted times are a known difference: these come behind the deletions in both senses.
  await sendSeries(
    url,
    lateRequest({ from: to - 29, to: to - 8 }, { ...kinds, lateHistograms: false }, 8000),
  );
}
