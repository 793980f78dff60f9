import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { staleSample } from '../../../src/chunkenc/index.js';
import { Labels, Matcher } from '../../../src/model/index.js';
import type { Database } from '../../../src/tsdb/index.js';
import { appendRows, integerHistogram, readAll } from '../../storage/storage-samples.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { blocks, fill, names, open, seriesCount, seriesLabels, startMs } from './filled-database.js';
import { ManualClock } from './manual-clock.js';

const endedCount = 8;

/** Ends the first series, as scraping does. */
async function end(database: Database, timeMs: number, count = endedCount): Promise<void> {
  const appender = database.appender();
  for (const labels of seriesLabels.slice(0, count)) {
    const values = new Float64Array(1);
    new DataView(values.buffer).setBigUint64(0, 0x7ff0000000000002n, true);
    const batch = {
      length: 1,
      refs: Float64Array.of(appender.series(labels)),
      timestamps: Float64Array.of(timeMs),
      values,
      startTimestamps: undefined,
    };
    assert.equal(appender.appendFloats(batch, new Uint8Array(1)), 0);
  }
  await appender.commit('acknowledged');
}

const hints = (disk: FaultDisk): Promise<number> =>
  Promise.all(
    names(disk, /\/meta\.json$/).map(async (name) => Buffer.from(await disk.readFile(name)).toString()),
  ).then((metas) => metas.filter((meta) => meta.includes('"from-stale-series"')).length);

describe('series that have ended', () => {
  it('go to blocks before their time, once, and are not in the head after a start either', async () => {
    const disk = new FaultDisk(seededRandom(1));
    const database = await open(disk);
    await fill(database, startMs, startMs + 13_000);
    await end(database, startMs + 13_000);
    const before = await readAll(database);
    await database.compactStale();
    assert.equal(await hints(disk), 2);
    assert.equal(database.seriesCount, seriesCount - endedCount);
    assert.equal(database.stats.seriesRemoved, endedCount);
    assert.equal(database.stats.staleCompactions, 1);
    assert.deepEqual(await readAll(database), before);
    await database.compactStale();
    assert.equal(database.stats.staleCompactions, 1);
    for (const next of [disk.kill(), disk.crash()]) {
      const again = await open(next);
      assert.equal(again.seriesCount, seriesCount - endedCount);
      assert.deepEqual(await readAll(again), before);
      await again.close();
    }
  });

  it('may come back under another reference, at whatever time', async () => {
    const disk = new FaultDisk(seededRandom(2));
    const database = await open(disk);
    await fill(database, startMs, startMs + 13_000);
    await end(database, startMs + 13_000);
    await database.compactStale();
    await fill(database, startMs + 13_500, startMs + 16_000);
    const appender = database.appender();
    appendRows(appender, [appender.series(seriesLabels[0] as Labels), startMs + 16_500, 7]);
    await appender.commit('acknowledged');
    const before = await readAll(database);
    const [first] = before;
    assert.ok(first?.[1].some((row) => row.includes(String(startMs + 16_500))));
    assert.equal(database.seriesCount, seriesCount);
    const again = await open(disk.crash());
    assert.deepEqual(await readAll(again), before);
    assert.equal(again.seriesCount, seriesCount);
    await fill(again, startMs + 17_000, startMs + 60_000);
    await again.maybeCut();
    await again.compact();
    assert.equal(again.stats.compactionsFailed, 0);
    const rows = (await readAll(again)).flatMap(([, found]) => found);
    assert.deepEqual(
      before.flatMap(([, found]) => found).filter((row) => !rows.includes(row)),
      [],
    );
    await again.close();
  });

  it('leave no deletions behind: what comes back at such a time is there after a start', async () => {
    const disk = new FaultDisk(seededRandom(6));
    const database = await open(disk);
    await fill(database, startMs, startMs + 13_000);
    await end(database, startMs + 13_000);
    const matcherSets = [[new Matcher('=', 'series', '00')]];
    await database.deleteSamples({ matcherSets, mintMs: startMs + 10_000, maxtMs: startMs + 13_000 });
    await database.compactStale();
    const appender = database.appender();
    appendRows(appender, [appender.series(seriesLabels[0] as Labels), startMs + 12_345, 7]);
    await appender.commit('acknowledged');
    const before = await readAll(database);
    assert.ok(before[0]?.[1].some((row) => row.includes(String(startMs + 12_345))));
    const again = await open(disk.crash());
    assert.deepEqual(await readAll(again), before);
    await again.close();
  });

  it('of histograms go too; those with late samples stay', async () => {
    const disk = new FaultDisk(seededRandom(3));
    const database = await open(disk, { outOfOrderWindowMs: 60_000 });
    await fill(database, startMs, startMs + 5000);
    const add = async (name: string, timestampMs: number, isEnd = false): Promise<void> => {
      const appender = database.appender();
      const ref = appender.series(Labels.fromPairs('__name__', name));
      const histogram = isEnd ? staleSample(true) : integerHistogram();
      appender.appendHistogram({ ref, timestampMs, histogram, startTimestampMs: 0 });
      await appender.commit('acknowledged');
    };
    for (const name of ['h', 'late']) {
      await add(name, startMs + 5000);
      await add(name, startMs + 6000, true);
    }
    await add('late', startMs + 5500);
    const before = await readAll(database);
    await database.compactStale();
    assert.equal(database.stats.seriesRemoved, 1);
    assert.deepEqual(await readAll(database), before);
    const again = await open(disk.crash(), { outOfOrderWindowMs: 60_000 });
    assert.deepEqual(await readAll(again), before);
    await again.close();
  });

  it('stay where their block cannot be written', async () => {
    const disk = new FaultDisk(seededRandom(4));
    const database = await open(disk);
    await fill(database, startMs, startMs + 5000);
    await end(database, startMs + 5000);
    const before = await readAll(database);
    disk.rates = { rename: 1 };
    await database.compactStale();
    assert.equal(database.stats.staleCompactionsFailed, 1);
    assert.equal(database.seriesCount, seriesCount);
    assert.deepEqual(await readAll(database), before);
    disk.rates = {};
    await database.compactStale();
    assert.equal(database.seriesCount, seriesCount - endedCount);
    assert.deepEqual(await readAll(database), before);
    await database.close();
  });

  it('go by themselves where they are more than the threshold, and no cut is near', async () => {
    const clock = new ManualClock();
    const disk = new FaultDisk(seededRandom(5));
    const database = await open(disk, { clock, staleSeriesThreshold: 0.5, minBlockDurationMs: 7_200_000 });
    const advance = async (): Promise<void> => {
      clock.advance(60_000);
      for (let turn = 0; turn < 60; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    await fill(database, startMs, startMs + 5000);
    await end(database, startMs + 5000);
    await advance();
    assert.equal(database.stats.staleCompactions, 0);
    await end(database, startMs + 6000, seriesCount / 2);
    await advance();
    assert.equal(database.stats.staleCompactions, 1);
    assert.equal(database.seriesCount, seriesCount / 2);
    assert.equal(blocks(disk), 1);
    database.applySettings({ staleSeriesThreshold: 0 });
    await advance();
    assert.equal(database.stats.staleCompactions, 1);
    await database.close();
  });
});
