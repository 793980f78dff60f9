import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { Labels } from '../../../src/model/index.js';
import { SymbolTable } from '../../../src/storage/index.js';
import { openDatabaseReader, openReadOnly } from '../../../src/tsdb/index.js';
import { always, appendRows, integerHistogram, readAll, request } from '../../storage/storage-samples.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { createTestKernels, kernelModule } from '../../support/kernels.js';
import {
  blocks,
  counts,
  directory,
  each,
  fill,
  names,
  open,
  seriesCount,
  seriesLabels,
  startMs,
} from './filled-database.js';
import { ManualClock } from './manual-clock.js';

describe('a head that is cut', () => {
  it('moves to blocks what is old enough, and loses and doubles nothing', async () => {
    const disk = new FaultDisk(seededRandom(1));
    const database = await open(disk);
    await fill(database, startMs, startMs + 60_000);
    await database.maybeCut();
    assert.equal(blocks(disk), 5);
    assert.equal(database.blockCount, 5);
    assert.deepEqual(await counts(database), each(120));
    assert.equal(database.mintMs, startMs + 50_000);
    assert.equal(names(disk, /tmp/).length, 0);
    for (let turn = 6; turn < 10; turn++) {
      await fill(database, startMs + turn * 10_000, startMs + (turn + 1) * 10_000);
      await database.maybeCut();
    }
    assert.equal(database.stats.compactionsFailed, 0);
    assert.ok(database.stats.checkpoints > 0);
    assert.ok(names(disk, /\/wal\/checkpoint\.\d{8}\/\d{8}$/).length > 0);
    assert.ok(names(disk, /\/wal\/\d{8}$/).length < 6);
    await database.close();
    const again = await open(disk.kill());
    assert.deepEqual(await counts(again), each(200));
    assert.equal(again.stats.replay.unknownRefs.series, 0);
    await again.close();
    const files = await openReadOnly({ directory, disk: disk.kill(), kernelModule: await kernelModule() });
    assert.deepEqual(await counts(files), each(200));
    assert.deepEqual([files.mintMs, files.maxtMs], [startMs, startMs + 99_500]);
    await files.close();
  });

  it('cuts by itself after a commit', async () => {
    const disk = new FaultDisk(seededRandom(2));
    const database = await open(disk);
    await fill(database, startMs, startMs + 40_000);
    for (let turn = 0; turn < 1000 && blocks(disk) < 3; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
    }
    assert.equal(blocks(disk), 3);
    assert.deepEqual(await counts(database), each(80));
    await database.close();
  });

  it('keeps histograms, start timestamps and stale markers, in the block as in the head', async () => {
    const disk = new FaultDisk(seededRandom(3));
    const database = await open(disk, { walStartTimestamps: true });
    const appender = database.appender();
    const [float, mixed] = ['f', 'h'].map((name) => appender.series(Labels.fromPairs('__name__', name)));
    assert.ok(float !== undefined && mixed !== undefined);
    appendRows(appender, [float, 1000, 1, 900], [float, 2000, 'stale'], [float, 3000, 5], [float, 9999, -0]);
    for (const timestampMs of [1000, 5000, 9000]) {
      appender.appendHistogram({ ref: mixed, timestampMs, histogram: integerHistogram({}) });
    }
    appendRows(appender, [mixed, 9500, 'stale'], [float, 10_000, 6]);
    await appender.commit('acknowledged');
    const later = database.appender();
    appendRows(later, [float, 12_000, 3]);
    await later.commit('acknowledged');
    const before = await readAll(database);
    const last = database.appender();
    appendRows(last, [float, 30_000, 7]);
    await last.commit('acknowledged');
    await database.maybeCut();
    assert.equal(database.stats.compactionsFailed, 0);
    assert.equal(blocks(disk), 2);
    const after = await readAll(database);
    assert.deepEqual(
      after.map(([series, rows]) => [series, rows.filter((row) => !row.startsWith('30000='))]),
      before,
    );
    await database.close();
  });

  it('takes away a series that has no sample left, and its reference is not given to another', async () => {
    const disk = new FaultDisk(seededRandom(4));
    const database = await open(disk);
    const appender = database.appender();
    const gone = appender.series(Labels.fromPairs('__name__', 'gone'));
    appendRows(appender, [gone, startMs, 1]);
    await appender.commit('acknowledged');
    await fill(database, startMs, startMs + 40_000);
    await database.maybeCut();
    assert.equal(database.seriesCount, seriesCount);
    assert.equal(database.stats.seriesRemoved, 1);
    const next = database.appender();
    const ref = next.series(Labels.fromPairs('__name__', 'gone'));
    assert.ok(ref > gone);
    next.rollback();
    const querier = database.querier(always);
    assert.ok(
      (await querier.labelValues('__name__', { ...always, matcherSets: [] })).values.includes('gone'),
    );
    querier.close();
    await database.close();
  });

  it('fails on a full disk, says so, goes on, and is done when there is room again', async () => {
    const disk = new FaultDisk(seededRandom(5));
    const database = await open(disk);
    await fill(database, startMs, startMs + 15_000);
    disk.rates = { create: 1 };
    await fill(database, startMs + 15_000, startMs + 16_000);
    await database.maybeCut();
    assert.ok(database.stats.compactionsFailed > 0);
    assert.equal(blocks(disk), 0);
    assert.equal(names(disk, /tmp-for-creation/).length, 0);
    assert.deepEqual(await counts(database), each(32));
    disk.rates = {};
    await fill(database, startMs + 16_000, startMs + 20_000);
    await database.maybeCut();
    assert.equal(blocks(disk), 1);
    assert.deepEqual(await counts(database), each(40));
    await database.close();
  });

  it('keeps closed chunks in memory while they cannot be written, and writes them later', async () => {
    const disk = new FaultDisk(seededRandom(9));
    const clock = new ManualClock();
    const database = await open(disk, { clock, minBlockDurationMs: 1_000_000 });
    disk.rates = { syncDirectory: 1 };
    await fill(database, startMs, startMs + 100_000);
    const advance = async (ms: number): Promise<void> => {
      clock.advance(ms);
      for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
    };
    await advance(1000);
    assert.equal(database.stats.headChunkWritesFailed, 1);
    assert.deepEqual(await counts(database), each(200));
    disk.rates = { sync: 1 };
    await advance(6000);
    assert.equal(database.stats.headChunkWritesFailed, 2);
    assert.deepEqual(await counts(database), each(200));
    disk.rates = {};
    await advance(6000);
    assert.ok(names(disk, /chunks_head\/000001$/).length > 0);
    assert.deepEqual(await counts(database), each(200));
    const again = await open(disk.crash(), { minBlockDurationMs: 1_000_000 });
    assert.deepEqual(await counts(again), each(200));
    await again.close();
  });

  it('waits for a transaction that may still bring samples of the block', async () => {
    const disk = new FaultDisk(seededRandom(6));
    const database = await open(disk);
    await fill(database, startMs, startMs + 9000);
    const slow = database.appender();
    appendRows(slow, [slow.series(seriesLabels[0] as Labels), startMs + 9500, startMs + 9500]);
    await fill(database, startMs + 10_000, startMs + 20_000);
    const other = database.appender();
    appendRows(other, [other.series(Labels.fromPairs('__name__', 'o')), startMs + 20_000, 1]);
    await other.commit('acknowledged');
    const cut = database.maybeCut();
    await slow.commit('acknowledged');
    await cut;
    assert.equal(blocks(disk), 1);
    const [first] = await counts(database);
    assert.equal(first, 18 + 20);
    await database.close();
  });

  it('tells readers of a block before it takes the samples out of the head', async () => {
    const disk = new FaultDisk(seededRandom(7));
    const database = await open(disk);
    const seen: [blocks: number, headMintMs: number][] = [];
    database.onViewChange((view) => {
      seen.push([view.blocks.length, database.mintMs]);
    });
    await fill(database, startMs, startMs + 15_000);
    const querier = database.querier(always);
    await fill(database, startMs + 16_000, startMs + 16_500);
    await database.maybeCut();
    assert.deepEqual(seen[0], [1, startMs]);
    // What was open before sees what it saw.
    const set = querier.select(request(['__name__=m'], { symbols: new SymbolTable() }));
    assert.ok(await set.next());
    assert.equal(set.columns.length, 30);
    set.close();
    querier.close();
    await database.close();
  });
});

describe('a reader of another thread', () => {
  it('follows the views of the database, and sees all samples before, during and after a cut', async () => {
    const disk = new FaultDisk(seededRandom(8));
    const database = await open(disk);
    await fill(database, startMs, startMs + 15_000);
    const readerSlot = database.openReaderSlot();
    const reader = await openDatabaseReader({
      view: structuredClone(database.view()),
      disk,
      kernels: await createTestKernels(64 << 20),
      readerSlot,
    });
    const versions: number[] = [];
    database.onViewChange(async (view) => {
      assert.equal((await counts(reader))[0], 31);
      await reader.update(structuredClone(view));
      assert.equal((await counts(reader))[0], 31);
      versions.push(view.version);
    });
    assert.deepEqual(await counts(reader), each(30));
    await fill(database, startMs + 16_000, startMs + 16_500);
    await database.maybeCut();
    assert.equal(database.stats.compactions, 1);
    assert.ok(versions.length >= 1);
    assert.deepEqual(await counts(reader), each(31));
    await reader.close();
    database.closeReaderSlot(readerSlot);
    await database.close();
  });
});

describe('power lost while a head is cut', () => {
  const seeds = Array.from({ length: 120 }, (_, i) => i + 1);

  it('leaves every acknowledged sample, wherever it happens', async () => {
    let cuts = 0;
    for (const seed of seeds) {
      const random = seededRandom(seed);
      let disk = new FaultDisk(random);
      let doneMs = startMs;
      for (let life = 0; life < 3; life++) {
        const database = await open(disk);
        const expected = (doneMs - startMs) / 500;
        assert.deepEqual(
          await counts(database),
          expected === 0 ? [] : each(expected),
          `seed ${seed}, life ${life}`,
        );
        const toMs = doneMs + 500 * (10 + Math.floor(random.float() * 60));
        await fill(database, doneMs, toMs);
        doneMs = toMs;
        const cut = database.maybeCut();
        for (let turns = Math.floor(random.float() * 60); turns > 0; turns--) {
          await new Promise((resolve) => setImmediate(resolve));
        }
        cuts += database.stats.compactions;
        const before = disk;
        disk = random.float() < 0.7 ? before.crash() : before.kill();
        await cut;
      }
    }
    assert.ok(cuts > seeds.length, `${cuts} blocks`);
  });
});
