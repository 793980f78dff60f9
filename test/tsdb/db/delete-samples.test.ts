import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { openReadOnly } from '../../../src/tsdb/index.js';
import { appendRows, matchers, readAll } from '../../storage/storage-samples.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { kernelModule } from '../../support/kernels.js';
import { counts, directory, each, fill, names, open, seriesLabels, startMs } from './filled-database.js';

/** Of series 00 and 01. */
const two = [matchers('series=~0[01]')];
const less = (before: number, deleted: number): number[] =>
  each(before).map((count, i) => (i < 2 ? count - deleted : count));

describe('samples that are deleted', () => {
  it('are gone from the head at once, and after each kind of end', async () => {
    const disk = new FaultDisk(seededRandom(1));
    let database = await open(disk);
    await fill(database, startMs, startMs + 5000);
    await database.deleteSamples({ matcherSets: two, mintMs: startMs + 1000, maxtMs: startMs + 2000 });
    assert.deepEqual(await counts(database), less(10, 3));
    // What comes later stays, and more may be deleted.
    await fill(database, startMs + 5000, startMs + 6000);
    await database.deleteSamples({ matcherSets: two, mintMs: startMs + 2500, maxtMs: startMs + 2500 });
    assert.deepEqual(await counts(database), less(12, 4));

    const killed = await open(disk.kill());
    assert.deepEqual(await counts(killed), less(12, 4));
    await killed.close();
    const offline = await openReadOnly({ directory, disk: disk.kill(), kernelModule: await kernelModule() });
    assert.deepEqual(await counts(offline), less(12, 4));
    await offline.close();
    database = await open(disk.crash());
    assert.deepEqual(await counts(database), less(12, 4));
    await database.close();
  });

  it('are not in the blocks that are cut, nor back with the log', async () => {
    const disk = new FaultDisk(seededRandom(2));
    const database = await open(disk);
    await fill(database, startMs, startMs + 14_000);
    await database.deleteSamples({ matcherSets: two, mintMs: startMs + 8000, maxtMs: startMs + 12_000 });
    assert.deepEqual(await counts(database), less(28, 9));
    await fill(database, startMs + 14_000, startMs + 30_000);
    const left = less(60, 9);
    await database.maybeCut();
    assert.equal(database.blockCount, 2);
    assert.deepEqual(await counts(database), left);
    assert.equal(names(disk, /tombstones$/).length, 2);
    for (const file of names(disk, /tombstones$/)) assert.equal(disk.sizeOf(file), 9, 'cut, not noted');
    const again = await open(disk.kill());
    assert.deepEqual(await counts(again), left);
    await again.close();
  });

  it('are noted in blocks, whose other samples stay', async () => {
    const disk = new FaultDisk(seededRandom(3));
    const database = await open(disk);
    await fill(database, startMs, startMs + 30_000);
    await database.maybeCut();
    const before = database.querier({ mintMs: startMs, maxtMs: startMs + 30_000 });
    await database.deleteSamples({ matcherSets: two, mintMs: startMs, maxtMs: startMs + 4999 });
    assert.deepEqual(await counts(database), less(60, 10));
    await database.deleteSamples({ matcherSets: two, mintMs: startMs + 5000, maxtMs: startMs + 21_000 });
    assert.deepEqual(await counts(database), less(60, 43));
    before.close();
    const again = await open(disk.crash());
    assert.deepEqual(await counts(again), less(60, 43));
    await again.close();
  });

  it('of a series that lives on leave what comes later, and a series without samples is shown to nobody', async () => {
    const disk = new FaultDisk(seededRandom(4));
    const database = await open(disk);
    await fill(database, startMs, startMs + 1000);
    await database.deleteSamples({ matcherSets: two, mintMs: 0, maxtMs: Number.MAX_SAFE_INTEGER });
    assert.equal((await readAll(database)).length, seriesLabels.length - 2);
    await fill(database, startMs + 1000, startMs + 1500);
    assert.deepEqual(await counts(database), less(3, 2));
    const again = await open(disk.kill());
    assert.deepEqual(await counts(again), less(3, 2));
    await again.close();
  });

  it('are still there when the log refuses the deletion', async () => {
    const disk = new FaultDisk(seededRandom(5));
    const database = await open(disk);
    await fill(database, startMs, startMs + 1000);
    disk.capacityBytes = 0;
    const request = { matcherSets: two, mintMs: startMs, maxtMs: startMs + 1000 };
    await assert.rejects(database.deleteSamples(request), /no space/i);
    assert.deepEqual(await counts(database), each(2));
    disk.capacityBytes = Number.POSITIVE_INFINITY;
    await database.deleteSamples(request);
    assert.equal((await readAll(database)).length, seriesLabels.length - 2);
    await database.close();
  });

  it('leave nothing behind in memory once the head is past them', async () => {
    const disk = new FaultDisk(seededRandom(6));
    const database = await open(disk);
    await fill(database, startMs, startMs + 15_000);
    await database.deleteSamples({ matcherSets: two, mintMs: startMs, maxtMs: startMs + 3000 });
    assert.equal(database.view().headDeletions?.size, 2);
    const appender = database.appender();
    appendRows(appender, [appender.series(seriesLabels[5] as never), startMs + 15_500, 1]);
    await appender.commit('acknowledged');
    await database.maybeCut();
    assert.equal(database.view().headDeletions?.size, 0);
    await database.close();
  });

  it('stay away after a start where nothing is left of their range, and so no block', async () => {
    const disk = new FaultDisk(seededRandom(7));
    const options = { walCompression: 'none' } as const;
    const database = await open(disk, options);
    await fill(database, startMs, startMs + 10_100, 10);
    const all = [matchers('__name__=m')];
    await database.deleteSamples({ matcherSets: all, mintMs: startMs, maxtMs: startMs + 9999 });
    await fill(database, startMs + 10_100, startMs + 24_000, 10);
    await database.maybeCut();
    assert.equal(database.blockCount, 0);
    assert.ok(database.stats.checkpoints > 0);
    assert.deepEqual(await counts(database), each(1400));
    for (const later of [disk.kill(), disk.crash()]) {
      const again = await open(later, options);
      assert.deepEqual(await counts(again), each(1400));
      await again.close();
    }
  });

  it('are deleted from a block that nobody has seen, since the cut failed behind it', async () => {
    const disk = new FaultDisk(seededRandom(8));
    const database = await open(disk);
    await fill(database, startMs, startMs + 14_000);
    const sync = disk.syncDirectory.bind(disk);
    disk.syncDirectory = async (target) => {
      if (target === directory) throw Object.assign(new Error('EIO: injected'), { code: 'EIO' });
      await sync(target);
    };
    await fill(database, startMs + 14_000, startMs + 16_000);
    await database.maybeCut();
    assert.ok(database.stats.compactionsFailed > 0);
    assert.deepEqual([database.blockCount, names(disk, /\/tombstones$/).length], [0, 1]);
    disk.syncDirectory = sync;
    await database.deleteSamples({ matcherSets: two, mintMs: startMs, maxtMs: startMs + 4999 });
    assert.deepEqual(await counts(database), less(32, 10));
    await database.showBlocks();
    assert.equal(database.blockCount, 1);
    assert.deepEqual(await counts(database), less(32, 10));
    await database.close();
  });
});
