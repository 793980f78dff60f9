/** A start that begins with a chunk snapshot shows what one that reads the whole log shows. */
import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { Labels, Matcher } from '../../../src/model/index.js';
import type { Database } from '../../../src/tsdb/index.js';
import { lastSnapshot, writeSnapshot } from '../../../src/tsdb/snapshot/index.js';
import { listSegments } from '../../../src/tsdb/wal/index.js';
import { always, appendRows, integerHistogram, readAll } from '../../storage/storage-samples.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { createTestKernels } from '../../support/kernels.js';
import { directory, fill, open, startMs } from './filled-database.js';

const messages: string[] = [];
const log = (message: string): void => void messages.push(message);
const logger = { debug: log, info: log, warn: log, error: log };
const on = { chunkSnapshots: true, maxExemplars: 100, outOfOrderWindowMs: 5000, logger };
const off = { ...on, chunkSnapshots: false };

const float = Labels.fromPairs('__name__', 'f', 'série', '1');
const integer = Labels.fromPairs('__name__', 'h', 'kind', 'integer');
const floats = Labels.fromPairs('__name__', 'h', 'kind', 'float');
const exemplar = { labels: Labels.fromPairs('trace', 'x'), value: 1, timestampMs: 5, hasTimestamp: true };

/** Floats in several chunks, both kinds of histograms, late samples, an exemplar and a deletion. */
async function fillAll(database: Database): Promise<void> {
  await fill(database, startMs, startMs + 7000, 25);
  const appender = database.appender();
  appendRows(
    appender,
    [appender.series(float), startMs + 1, -0],
    [appender.series(float), startMs + 9, 'stale'],
    [appender.series(float), startMs + 6000, 6],
  );
  for (const labels of [integer, floats]) {
    const histogram = integerHistogram({ integer: labels === integer });
    const ref = appender.series(labels);
    appender.appendHistogram({ ref, timestampMs: startMs + 100, histogram });
  }
  appender.appendExemplar(appender.series(float), exemplar);
  await appender.commit('acknowledged');
  const late = database.appender();
  appendRows(late, [late.series(float), startMs + 4000, 7]);
  await late.commit('acknowledged');
  const matchers = [new Matcher('=', '__name__', 'm'), new Matcher('=', 'series', '03')];
  await database.deleteSamples({ matcherSets: [matchers], mintMs: startMs + 500, maxtMs: startMs + 1500 });
}

async function closed(disk: FaultDisk, options: typeof on): Promise<Awaited<ReturnType<typeof readAll>>> {
  const database = await open(disk, options);
  await fillAll(database);
  const all = await readAll(database);
  await database.close();
  return all;
}

describe('a chunk snapshot of the head', () => {
  beforeEach(() => messages.splice(0));

  it('stands for the whole log, and is followed by what the log has behind it', async () => {
    const disk = new FaultDisk(seededRandom(1));
    const before = await closed(disk, on);
    let after = disk.crash();
    const database = await open(after, on);
    assert.ok(messages.includes('chunk snapshot loaded'), messages.join('\n'));
    assert.equal(database.stats.replay.samples, 0);
    assert.deepEqual(await readAll(database), before);
    const querier = database.querier(always);
    const [found] = await querier.selectExemplars({ ...always, matcherSets: [] });
    assert.deepEqual(found?.exemplars, [exemplar]);
    querier.close();
    await fill(database, startMs + 7000, startMs + 8000);
    const grown = await readAll(database);
    after = after.crash();
    const again = await open(after, on);
    assert.equal(again.stats.replay.samples, 40);
    assert.deepEqual(await readAll(again), grown);
    await again.close();
    const last = await open(after.crash(), off);
    assert.deepEqual(await readAll(last), grown);
    await last.close();
  });

  it('knows the newest samples: once more they are taken, others of their time are not', async () => {
    const disk = new FaultDisk(seededRandom(2));
    const first = await open(disk, { ...on, outOfOrderWindowMs: 0 });
    const give = (database: Database, value: number): readonly number[] => {
      const appender = database.appender();
      const outcomes = [float, integer].map((labels, i) => {
        const ref = appender.series(labels);
        if (i === 0) return appendRows(appender, [ref, startMs, value])[0] as number;
        const histogram = integerHistogram({ integer: true });
        return appender.appendHistogram({
          ref,
          timestampMs: startMs,
          histogram: { ...histogram, sum: value },
        });
      });
      void appender.commit('acknowledged');
      return outcomes;
    };
    give(first, 1);
    await first.close();
    const again = await open(disk.crash(), { ...on, outOfOrderWindowMs: 0 });
    const [same, other] = [give(again, 1), give(again, 2)];
    assert.deepEqual([new Set(same).size, new Set(other).size], [1, 1]);
    assert.notEqual(same[0], other[0]);
    await again.close();
  });

  it('gives no series a reference that the log has had, also where its series is gone', async () => {
    const disk = new FaultDisk(seededRandom(3));
    const database = await open(disk, on);
    await fill(database, startMs, startMs + 1000);
    const appender = database.appender();
    const gone = appender.series(Labels.fromPairs('__name__', 'gone'));
    appendRows(appender, [gone, startMs + 1, 'stale']);
    await appender.commit('acknowledged');
    await database.compactStale();
    await database.close();
    const again = await open(disk.crash(), on);
    assert.ok(messages.includes('chunk snapshot loaded'));
    const next = again.appender();
    assert.ok(next.series(Labels.fromPairs('__name__', 'new')) > gone);
    next.rollback();
    await again.close();
  });

  it('is not written where a series came back that had gone to a block before its time', async () => {
    const disk = new FaultDisk(seededRandom(9));
    const small = { ...on, samplesPerChunk: 4 };
    const put = async (database: Database, offsetMs: number, value: number | 'stale'): Promise<void> => {
      const appender = database.appender();
      appendRows(appender, [appender.series(float), startMs + offsetMs, value]);
      await appender.commit('acknowledged');
    };
    const first = await open(disk, { ...small, chunkSnapshots: false });
    for (let i = 0; i < 12; i++) await put(first, i, i);
    await first.close();
    const second = await open(disk, small);
    await put(second, 20, 'stale');
    const matcherSets = [[new Matcher('=', '__name__', 'f')]];
    await second.deleteSamples({ matcherSets, mintMs: startMs + 1, maxtMs: startMs + 2 });
    await second.compactStale();
    await put(second, 30, 3);
    const shown = await readAll(second);
    const third = await open(disk.crash(), small);
    assert.deepEqual(await readAll(third), shown);
    messages.splice(0);
    await third.close();
    assert.ok(messages.includes('chunk snapshot failed, the next start reads the WAL'), messages.join('\n'));
  });

  it('that is damaged at any byte costs nothing (seed 4, 60 cases)', async () => {
    const disk = new FaultDisk(seededRandom(4));
    const before = await closed(disk, { ...on, walCompression: 'none' } as typeof on);
    const snapshot = `${(await lastSnapshot(disk, directory))?.path}/00000000`;
    const random = seededRandom(4);
    let unread = 0;
    for (let turn = 0; turn < 60; turn++) {
      const copy = disk.crash();
      copy.flip(snapshot, random.uint32() % 2000, 1 << (random.uint32() % 8));
      const database = await open(copy, on);
      assert.deepEqual(await readAll(database), before);
      unread += database.stats.snapshotsUnread;
      await database.close();
    }
    assert.ok(unread > 40, `${unread} unread`);
  });

  it('goes with a start that does not begin with it', async () => {
    const disk = new FaultDisk(seededRandom(5));
    const before = await closed(disk, on);
    const without = await open(disk.crash(), off);
    assert.deepEqual(await readAll(without), before);
    await without.close();
    for (const lack of [
      'a block',
      'chunks_head',
      'the log of late samples',
      'the segment it names',
    ] as const) {
      const copy = disk.crash();
      const snapshot = await lastSnapshot(copy, directory);
      if (lack === 'a block') await copy.makeDirectory(`${directory}/01HF7YAT00EDR0AR7YY1HMR2Q0`);
      else if (lack === 'chunks_head') copy.flip(`${directory}/chunks_head/000001`, 40, 1);
      else if (lack === 'the log of late samples')
        copy.flip(
          (await copy.list(`${directory}/wbl`)).map(({ name }) => `${directory}/wbl/${name}`)[0] as string,
          12,
          1,
        );
      else await copy.truncate(`${directory}/wal/${String(snapshot?.segment).padStart(8, '0')}`, 0);
      messages.splice(0);
      const database = await open(copy, on);
      assert.ok(!messages.includes('chunk snapshot loaded'), lack);
      assert.equal(await lastSnapshot(copy, directory), undefined, lack);
      if (lack !== 'the segment it names') assert.deepEqual(await readAll(database), before, lack);
      await database.close();
    }
  });

  it('is gone for good once a start has not begun with it', async () => {
    const snapshotFiles = (disk: FaultDisk): string[] =>
      disk.fileNames().filter((name) => /chunk_snapshot\.[0-9.]+\//.test(name));
    for (let seed = 1; seed <= 10; seed++) {
      const disk = new FaultDisk(seededRandom(seed));
      await closed(disk, on);
      assert.ok(snapshotFiles(disk).length > 0);
      await open(disk, off);
      assert.deepEqual(snapshotFiles(disk.crash()), [], `seed ${seed}`);
    }
  });

  it('is left out where the log of late samples ends before it', async () => {
    const disk = new FaultDisk(seededRandom(8));
    await closed(disk, on);
    const sizes = new Map<string, number>();
    const lateFiles = async (from: FaultDisk) =>
      (await from.list(`${directory}/wbl`)).map(({ name }) => `${directory}/wbl/${name}`);
    for (const file of await lateFiles(disk)) sizes.set(file, disk.sizeOf(file));
    const database = await open(disk, on);
    const late = database.appender();
    appendRows(late, [late.series(float), startMs + 4001, 8]);
    await late.commit('acknowledged');
    const before = await readAll(database);
    await database.close();
    const shorter = disk.crash();
    for (const file of await lateFiles(shorter)) {
      const sizeBytes = sizes.get(file);
      if (sizeBytes === undefined) await shorter.remove(file);
      else await shorter.truncate(file, sizeBytes);
    }
    messages.splice(0);
    const again = await open(shorter, on);
    assert.ok(messages.includes('Chunk snapshot is left out, the whole WAL is read'), messages.join('\n'));
    assert.deepEqual(await readAll(again), before);
    await again.close();
  });

  it('is given up where the log behind it names series that it has not got', async () => {
    const disk = new FaultDisk(seededRandom(6));
    let place = { segment: 0, offset: 0 };
    for (const [life, from] of [0, 1000, 2000].entries()) {
      const database = await open(disk, off);
      await fill(database, startMs + from, startMs + from + 1000);
      await database.close();
      const last = (await listSegments(disk, `${directory}/wal`)).at(-1);
      if (life === 1 && last !== undefined) place = { segment: last.index, offset: disk.sizeOf(last.path) };
    }
    await writeSnapshot(
      { directory, ...place, series: [], tombstones: new Map(), exemplars: [] },
      { disk, kernels: await createTestKernels() },
    );
    const whole = await open(disk.crash(), off);
    const wanted = await readAll(whole);
    await whole.close();
    const database = await open(disk.crash(), on);
    assert.ok(messages.includes('Chunk snapshot is left out, the whole WAL is read'), messages.join('\n'));
    assert.deepEqual(await readAll(database), wanted);
    await database.close();
  });

  it('that cannot be written costs nothing', async () => {
    const disk = new FaultDisk(seededRandom(7));
    const database = await open(disk, on);
    await fillAll(database);
    const before = await readAll(database);
    disk.rates = { rename: 1 };
    await database.close();
    disk.rates = {};
    assert.ok(messages.includes('chunk snapshot failed, the next start reads the WAL'));
    const after = disk.crash();
    assert.equal(await lastSnapshot(after, directory), undefined);
    const again = await open(after, on);
    assert.deepEqual(await readAll(again), before);
    await again.close();
  });
});
