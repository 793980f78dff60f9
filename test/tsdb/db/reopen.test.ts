import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { Labels } from '../../../src/model/index.js';
import { type Database, openDatabase } from '../../../src/tsdb/index.js';
import { always, appendRows, integerHistogram, readAll } from '../../storage/storage-samples.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { kernelModule, sharedKernels } from '../../support/kernels.js';
import { ManualClock } from './manual-clock.js';

const open = async (disk: FaultDisk, walStartTimestamps: boolean): Promise<Database> =>
  openDatabase({
    directory: '/data',
    disk,
    clock: new ManualClock(),
    kernelModule: await kernelModule(),
    readerKernels: await sharedKernels(),
    headMaxBytes: 64 << 20,
    maxExemplars: 1000,
    lock: false,
    walStartTimestamps,
  });

describe('a database opened again', () => {
  for (const starts of [false, true]) {
    it(`has everything it had, start timestamps ${starts ? 'too' : 'excepted'}`, async () => {
      const disk = new FaultDisk(seededRandom(1));
      const database = await open(disk, starts);
      const appender = database.appender();
      const float = appender.series(Labels.fromPairs('__name__', 'f', '__proto__', 'x'));
      const histogram = appender.series(Labels.fromPairs('__name__', 'h'));
      const startMs = starts ? 5 : 0;
      appendRows(appender, [float, 10, 1, startMs], [float, 20, Number.NaN, startMs], [float, 30, 'stale']);
      for (const integer of [true, false]) {
        const sample = integerHistogram({ integer });
        const timestampMs = integer ? 10 : 20;
        const startTimestampMs = starts ? timestampMs - 1 : undefined;
        appender.appendHistogram({ ref: histogram, timestampMs, histogram: sample, startTimestampMs });
      }
      appendRows(appender, [histogram, 30, 'stale']);
      const exemplar = { labels: Labels.fromPairs('id', '1'), value: 2, timestampMs: 10, hasTimestamp: true };
      appender.appendExemplar(float, exemplar);
      appender.setMetadata(float, { type: 'counter', unit: 's', help: 'Some.' });
      await appender.commit('acknowledged');
      const before = await readAll(database);

      const again = await open(disk.kill(), starts);
      assert.deepEqual(await readAll(again), before);
      assert.deepEqual([...again.metadata()], [...database.metadata()]);
      const querier = again.querier(always);
      const [found] = await querier.selectExemplars({ ...always, matcherSets: [] });
      assert.deepEqual(found?.exemplars, [exemplar]);
      querier.close();
      // A series made later has a reference of its own.
      const next = again.appender();
      const ref = next.series(Labels.fromPairs('__name__', 'new'));
      assert.ok(ref > histogram);
      next.rollback();
      await again.close();
    });
  }

  it('keeps the series of a commit that was rolled back out of the log until one uses it', async () => {
    const disk = new FaultDisk(seededRandom(1));
    const database = await open(disk, false);
    const labels = Labels.fromPairs('__name__', 'late');
    const first = database.appender();
    first.series(labels);
    first.rollback();
    const second = database.appender();
    appendRows(second, [second.series(labels), 1, 1]);
    await second.commit('acknowledged');
    const again = await open(disk.kill(), false);
    assert.equal((await readAll(again)).length, 1);
    await again.close();
  });

  it('has all series of a commit that brings very many of them', async () => {
    const disk = new FaultDisk(seededRandom(1));
    const database = await open(disk, false);
    const appender = database.appender();
    const rows = Array.from({ length: 5000 }, (_, i) => {
      return [appender.series(Labels.fromPairs('__name__', 'm', 'i', String(i))), 1, i] as const;
    });
    appendRows(appender, ...rows);
    await appender.commit('acknowledged');
    const again = await open(disk.kill(), false);
    assert.deepEqual(await readAll(again), await readAll(database));
    assert.equal((await readAll(again)).length, 5000);
    await again.close();
  });

  it('has what a failed sync had left over, once the disk takes it at the end', async () => {
    const disk = new FaultDisk(seededRandom(3));
    const clock = new ManualClock();
    const database = await openDatabase({
      directory: '/data',
      disk,
      clock,
      kernelModule: await kernelModule(),
      readerKernels: await sharedKernels(),
      headMaxBytes: 64 << 20,
      lock: false,
    });
    const appender = database.appender();
    appendRows(appender, [appender.series(Labels.fromPairs('__name__', 'scraped')), 1, 1]);
    await appender.commit('scraped');
    disk.rates = { sync: 1, create: 1 };
    clock.advance(2000);
    for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(database.stats.wal.fsyncFailures > 0);
    disk.rates = {};
    await database.close();
    const again = await open(disk.crash(), false);
    assert.equal((await readAll(again)).length, 1);
    await again.close();
  });
});
