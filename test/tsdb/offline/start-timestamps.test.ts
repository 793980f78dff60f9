import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { systemDisk } from '../../../src/base/index.js';
import { Labels } from '../../../src/model/index.js';
import type { SeriesColumns } from '../../../src/storage/index.js';
import { openReadOnly } from '../../../src/tsdb/index.js';
import { sharedPath } from '../../support/shared.js';
import { eachSeries } from './digests.js';

/** Start timestamp, first and last sample's time, samples. */
type Run = [startMs: number, firstMs: number, lastMs: number, samples: number];

function runsOf({ length, timestamps, startTimestamps }: SeriesColumns): Run[] {
  const runs: Run[] = [];
  for (let row = 0; row < length; row++) {
    const startMs = startTimestamps?.[row] ?? 0;
    const timestampMs = timestamps[row] as number;
    const last = runs.at(-1);
    if (last?.[0] !== startMs) runs.push([startMs, timestampMs, timestampMs, 1]);
    else runs[runs.length - 1] = [startMs, last[1], timestampMs, last[3] + 1];
  }
  return runs;
}

describe('start timestamps read offline', () => {
  for (const [set, expected] of [
    ['capture-v3', 225],
    ['capture-v3-snapshot', 22],
  ] as const) {
    it(`${set}: are those that Prometheus reads`, async function () {
      const folder = sharedPath('corpus', 'tsdb', set);
      if (folder === undefined) this.skip();
      const lines = gunzipSync(readFileSync(path.join(folder, 'expected', 'start-timestamps.jsonl.gz')));
      const wanted = new Map<string, Run[]>();
      for (const line of lines.toString('utf8').trim().split('\n')) {
        const { series, runs } = JSON.parse(line) as { series: Record<string, string>; runs: Run[] };
        wanted.set(Labels.fromUnsortedPairs(Object.entries(series).flat()).toString(), runs);
      }
      const database = await openReadOnly({ directory: path.join(folder, 'data'), disk: systemDisk });
      const found = new Map<string, Run[]>();
      await eachSeries(database, (series, columns) => {
        const runs = runsOf(columns);
        if (runs.some(([startMs]) => startMs !== 0)) found.set(series, runs);
      });
      await database.close();
      assert.equal(wanted.size, expected);
      for (const [series, runs] of wanted) assert.deepEqual(found.get(series), runs, series);
      assert.equal(found.size, expected);
    });
  }
});
