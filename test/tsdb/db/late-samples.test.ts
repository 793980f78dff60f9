import assert from 'node:assert/strict';
import { setImmediate } from 'node:timers/promises';
import { seededRandom } from '../../../src/base/index.js';
import { Matcher } from '../../../src/model/index.js';
import type { Appender } from '../../../src/storage/index.js';
import { readHeadChunks } from '../../../src/tsdb/chunks/index.js';
import { type Database, type DatabaseOptions, openReadOnly } from '../../../src/tsdb/index.js';
import { appendRows, batchOf, integerHistogram, readAll } from '../../storage/storage-samples.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { kernelModule } from '../../support/kernels.js';
import {
  blocks,
  counts,
  directory,
  each,
  fill,
  names,
  open,
  rangeMs,
  seriesLabels,
  startMs,
} from './filled-database.js';
import { ManualClock } from './manual-clock.js';

const windowMs = 60_000;
const withWindow: Partial<DatabaseOptions> = { outOfOrderWindowMs: windowMs };
/** Where the blocks of these tests begin. */
const alignedMs = Math.ceil(startMs / rangeMs) * rangeMs;

/** Between the samples in order, which stand at multiples of 500 ms; of every series. */
async function fillLate(database: Database, fromMs: number, toMs: number, stepMs = 500): Promise<void> {
  const times: number[] = [];
  for (let timeMs = fromMs; timeMs < toMs; timeMs += stepMs) times.push(timeMs + 7);
  // The last first: all but one are late among the late.
  for (const timeMs of times.reverse()) {
    const appender = database.appender();
    appendRows(appender, ...seriesLabels.map((labels) => [appender.series(labels), timeMs, timeMs] as const));
    await appender.commit('acknowledged');
  }
}

const wbl = (disk: FaultDisk): readonly string[] => names(disk, /\/wbl\//);

describe('samples that come late', () => {
  it('are seen at once, and after each kind of end', async () => {
    const disk = new FaultDisk(seededRandom(1));
    const database = await open(disk, withWindow);
    await fill(database, startMs, startMs + 20_000);
    await fillLate(database, startMs, startMs + 20_000);
    assert.deepEqual(await counts(database), each(80));
    for (const next of [disk.kill(), disk.crash()]) {
      const again = await open(next, withWindow);
      assert.deepEqual(await counts(again), each(80));
      await fillLate(again, startMs + 100, startMs + 2100);
      assert.deepEqual(await counts(again), each(84));
      await again.close();
      const offline = await openReadOnly({ directory, disk: next, kernelModule: await kernelModule() });
      assert.deepEqual(await counts(offline), each(84));
      await offline.close();
      const third = await open(next.crash(), withWindow);
      assert.deepEqual(await counts(third), each(84));
      await third.close();
    }
  });

  it('are kept while the disk refuses the WBL, and stand there as soon as it does not', async () => {
    for (const isKilled of [true, false]) {
      const disk = new FaultDisk(seededRandom(2));
      const clock = new ManualClock();
      const database = await open(disk, { ...withWindow, clock });
      await fill(database, startMs, startMs + 20_000);
      disk.rates = { makeDirectory: 1 };
      await fillLate(database, startMs, startMs + 10_000);
      assert.deepEqual(wbl(disk), []);
      disk.rates = {};
      if (!isKilled) {
        clock.advance(6000);
        await database.close();
        assert.equal(wbl(disk).length, 1);
      }
      const next = disk.kill();
      const again = await open(next, withWindow);
      assert.deepEqual(await counts(again), each(60));
      await again.close();
      assert.equal(wbl(next).length, 1);
    }
  });

  it('before the head’s are there after a start that takes none, though the disk refused the WBL', async () => {
    for (const isSetLater of [false, true]) {
      const disk = new FaultDisk(seededRandom(9));
      const clock = new ManualClock();
      const database = await open(disk, { ...(isSetLater ? {} : withWindow), clock });
      if (isSetLater) database.applySettings({ outOfOrderWindowMs: windowMs });
      await fill(database, alignedMs, alignedMs + 30_000);
      await database.maybeCut();
      assert.ok(blocks(disk) > 0);
      disk.rates = { makeDirectory: 1 };
      await fillLate(database, alignedMs, alignedMs + 5000);
      assert.deepEqual(wbl(disk), []);
      const again = await open(disk.crash());
      assert.deepEqual(await counts(again), each(70));
      await again.close();
    }
  });

  it('are there though the WBL has outlived the end of the log', async () => {
    const disk = new FaultDisk(seededRandom(10));
    const first = await open(disk, withWindow);
    await fill(first, startMs, startMs + 20_000);
    await first.close();
    const second = await open(disk, withWindow);
    await fill(second, startMs + 20_000, startMs + 25_000);
    await fillLate(second, startMs, startMs + 2000);
    await second.close();
    // As a power loss leaves it where the log is not synced.
    const shorter = disk.crash();
    await shorter.remove(names(shorter, /\/wal\/0/).at(-1) as string);
    const third = await open(shorter, withWindow);
    assert.deepEqual(await counts(third), each(44));
    shorter.rates = { makeDirectory: 1 };
    await fillLate(third, startMs + 100, startMs + 2100);
    const again = await open(shorter.kill(), withWindow);
    assert.deepEqual(await counts(again), each(48));
    await again.close();
  });

  it('are there though they lie in the time of chunks that have outlived the log', async () => {
    const disk = new FaultDisk(seededRandom(12));
    const first = await open(disk, withWindow);
    await fill(first, startMs, startMs + 10_000);
    await first.close();
    const second = await open(disk, withWindow);
    await fill(second, startMs + 10_000, startMs + 40_000);
    await second.close();
    // As a power loss leaves it where the log is not synced.
    const shorter = disk.crash();
    await shorter.remove(names(shorter, /\/wal\/0/).at(-1) as string);
    const third = await open(shorter, withWindow);
    const [kept = 0, ...others] = await counts(third);
    assert.ok(kept > 24 && others.every((count) => count === kept));
    shorter.rates = { makeDirectory: 1 };
    // Not so old that the log marks them.
    await fillLate(third, startMs + 26_000, startMs + 28_000);
    const fourth = await open(shorter.kill(), withWindow);
    assert.deepEqual(await counts(fourth), each(kept + 4));
    await fourth.close();
  });

  for (const when of ['before', 'after'] as const)
    it(`stay deleted though the log had to be written again ${when} their deletion`, async () => {
      const disk = new FaultDisk(seededRandom(11));
      const clock = new ManualClock();
      const database = await open(disk, { ...withWindow, clock });
      await fill(database, startMs, startMs + 20_000);
      const late = database.appender();
      appendRows(late, ...seriesLabels.map((labels) => [late.series(labels), startMs - 5000, 7] as const));
      await late.commit('scraped');
      const writeAgain = async (): Promise<void> => {
        disk.rates = { sync: 1 };
        const refused = fill(database, startMs + 20_000, startMs + 20_500);
        await assert.rejects(refused);
        disk.rates = {};
        await fill(database, startMs + 21_000, startMs + 21_500);
      };
      if (when === 'before') await writeAgain();
      const matcherSets = [[new Matcher('=', '__name__', 'm')]];
      // The head has nothing of that time: no deletion is logged.
      await database.deleteSamples({ matcherSets, mintMs: startMs - 5000, maxtMs: startMs - 5000 });
      assert.deepEqual(await counts(database), each(when === 'before' ? 41 : 40));
      if (when === 'after') await writeAgain();
      clock.advance(2000);
      await database.close();
      const again = await open(disk.crash(), withWindow);
      assert.deepEqual(await counts(again), each(41));
      await again.close();
    });

  it('stay deleted though a log that is synced by the second had to be written again', async () => {
    const disk = new FaultDisk(seededRandom(13));
    const clock = new ManualClock();
    const database = await open(disk, { ...withWindow, clock, walSync: 'interval' });
    await fill(database, startMs, startMs + 10_000);
    const late = database.appender();
    appendRows(late, ...seriesLabels.map((labels) => [late.series(labels), startMs - 5000, 7] as const));
    await late.commit('acknowledged');
    const matcherSets = [[new Matcher('=', '__name__', 'm')]];
    await database.deleteSamples({ matcherSets, mintMs: startMs - 5000, maxtMs: startMs - 5000 });
    await fill(database, startMs + 10_000, startMs + 10_500);
    disk.rates = { sync: 1 };
    clock.advance(1000);
    for (let i = 0; i < 20; i++) await setImmediate();
    disk.rates = {};
    clock.advance(2000);
    await database.close();
    const again = await open(disk.kill(), withWindow);
    assert.deepEqual(await counts(again), each(21));
    await again.close();
  });

  it('become blocks of their own, once a block was cut', async () => {
    const disk = new FaultDisk(seededRandom(3));
    const database = await open(disk, { ...withWindow, mergesOverlaps: false });
    await fill(database, alignedMs, alignedMs + 14_000);
    await fillLate(database, alignedMs + 1000, alignedMs + 13_000);
    assert.equal(blocks(disk), 0);
    await fill(database, alignedMs + 14_000, alignedMs + 26_000);
    await database.maybeCut();
    assert.deepEqual(await counts(database), each(52 + 24));
    // In order and late, two ranges each.
    assert.equal(blocks(disk), 4);
    assert.equal(wbl(disk).length, 1, 'the segments of what is in blocks are gone');
    for (const next of [disk.kill(), disk.crash()]) {
      const again = await open(next, { ...withWindow, mergesOverlaps: false });
      assert.deepEqual(await counts(again), each(52 + 24));
      assert.equal(again.lowestMs, alignedMs);
      await again.close();
    }
    await database.close();
  });

  it('are merged with what came in order', async () => {
    const disk = new FaultDisk(seededRandom(4));
    const database = await open(disk, withWindow);
    await fill(database, alignedMs, alignedMs + 14_000);
    await fillLate(database, alignedMs + 1000, alignedMs + 9000);
    await fill(database, alignedMs + 14_000, alignedMs + 36_000);
    await database.maybeCut();
    await database.compact();
    assert.deepEqual(await counts(database), each(72 + 16));
    assert.equal(blocks(disk), 3);
    await database.close();
  });

  it('outlive the end of the log that had them, in the WBL', async () => {
    const disk = new FaultDisk(seededRandom(5));
    let database = await open(disk, { ...withWindow, walSync: 'commit' });
    await fill(database, alignedMs, alignedMs + 26_000, 100);
    await database.maybeCut();
    // Older than the head begins: a checkpoint leaves them out.
    await fillLate(database, alignedMs, alignedMs + 5000);
    await fill(database, alignedMs + 26_000, alignedMs + 34_000, 100);
    await database.close();
    // Late samples are not compacted where the disk refuses their blocks; the log is not cut then either.
    database = await open(disk, withWindow);
    await fill(database, alignedMs + 34_000, alignedMs + 46_000, 100);
    await database.maybeCut();
    assert.deepEqual(await counts(database), each(460 + 10));
    const again = await open(disk.crash(), withWindow);
    assert.deepEqual(await counts(again), each(460 + 10));
    await again.close();
    await database.close();
  });

  it('are deleted where they are there, and taken where they come afterwards', async () => {
    const disk = new FaultDisk(seededRandom(6));
    const database = await open(disk, { ...withWindow, mergesOverlaps: false });
    await fill(database, startMs, startMs + 10_000);
    await fillLate(database, startMs, startMs + 5000);
    const all = { matcherSets: [[]], mintMs: startMs, maxtMs: startMs + 2499 };
    await database.deleteSamples(all);
    assert.deepEqual(await counts(database), each(15 + 5));
    await fillLate(database, startMs + 100, startMs + 600);
    assert.deepEqual(await counts(database), each(15 + 6));
    for (const next of [disk.kill(), disk.crash()]) {
      const again = await open(next, { ...withWindow, mergesOverlaps: false });
      assert.deepEqual(await counts(again), each(15 + 6));
      await fill(again, startMs + 10_000, startMs + 30_000);
      await again.maybeCut();
      assert.deepEqual(await counts(again), each(55 + 6));
      await again.close();
    }
    await database.close();
  });

  it('are no series’ own in the files of chunks, which Prometheus reads beside the blocks', async () => {
    const disk = new FaultDisk(seededRandom(8));
    const database = await open(disk, withWindow);
    await fill(database, startMs, startMs + 20_000);
    await fillLate(database, startMs, startMs + 20_000);
    await database.close();
    const refs = { late: new Set<number>(), inOrder: new Set<number>() };
    await readHeadChunks({
      disk,
      directory: `${directory}/chunks_head`,
      onChunk: ({ ref, isOutOfOrder }) => refs[isOutOfOrder ? 'late' : 'inOrder'].add(ref),
    });
    assert.deepEqual([...refs.late], [0]);
    assert.ok(!refs.inOrder.has(0));
    const again = await open(disk, withWindow);
    assert.deepEqual(await counts(again), each(80));
    await again.close();
  });

  it('of histograms and floats with start timestamps come back as they were', async () => {
    const disk = new FaultDisk(seededRandom(7));
    const options = { ...withWindow, walStartTimestamps: true };
    const database = await open(disk, options);
    const append = async (rows: (appender: Appender) => void): Promise<void> => {
      const appender = database.appender();
      rows(appender);
      await appender.commit('acknowledged');
    };
    const [floats, histograms] = seriesLabels as [(typeof seriesLabels)[0], (typeof seriesLabels)[0]];
    for (const timestampMs of [50, 20, 40, 30, 10]) {
      await append((appender) => {
        const ref = appender.series(floats);
        appender.appendFloats(batchOf([ref, startMs + timestampMs, timestampMs, startMs]), new Uint8Array(1));
        appender.appendHistogram({
          ref: appender.series(histograms),
          timestampMs: startMs + timestampMs,
          histogram: integerHistogram(),
          startTimestampMs: startMs,
        });
      });
    }
    const expected = await readAll(database);
    assert.deepEqual(
      expected.map(([, rows]) => rows.length),
      [5, 5],
    );
    await database.close();
    const again = await open(disk.crash(), options);
    assert.deepEqual(await readAll(again), expected);
    await again.close();
  });

  it('are refused without a window, and what a window let in before stays', async () => {
    const disk = new FaultDisk(seededRandom(8));
    const database = await open(disk, withWindow);
    await fill(database, startMs, startMs + 20_000);
    await fillLate(database, startMs, startMs + 5000);
    const again = await open(disk.kill());
    assert.deepEqual(await counts(again), each(50));
    const appender = again.appender();
    const outcomes = new Uint8Array(1);
    const ref = appender.series(seriesLabels[0] as (typeof seriesLabels)[0]);
    assert.equal(appender.appendFloats(batchOf([ref, startMs + 3, 3]), outcomes), 1);
    appender.rollback();
    await fill(again, startMs + 20_000, startMs + 30_000);
    await again.maybeCut();
    assert.deepEqual(await counts(again), each(70));
    await again.close();
    await database.close();
  });
});
