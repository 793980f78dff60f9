import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { SymbolTable } from '../../../src/storage/index.js';
import type { HeadDatabase } from '../../../src/tsdb/db/head-database.js';
import { beyondRetention } from '../../../src/tsdb/db/retention.js';
import { always, request } from '../../storage/storage-samples.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { blocks, counts, each, fill, names, open, startMs } from './filled-database.js';
import { ManualClock } from './manual-clock.js';

const retention = { timeMs: 0, sizeBytes: 0, percentage: 0 };

describe('blocks beyond retention', () => {
  const stored = [
    { ulid: 'a', endMs: 10, sizeBytes: 100 },
    { ulid: 'd', endMs: 40, sizeBytes: 100 },
    { ulid: 'b', endMs: 20, sizeBytes: 300 },
    { ulid: 'c', endMs: 30, sizeBytes: 100 },
  ];
  const cases: readonly (readonly [
    string,
    { timeMs?: number; sizeBytes?: number; headBytes?: number },
    string[],
    string[],
  ])[] = [
    ['nothing is limited', {}, [], []],
    ['the span ends exactly with a block', { timeMs: 20 }, ['b', 'a'], []],
    ['the span ends within a block', { timeMs: 21 }, ['a'], []],
    ['the newest block is older than the span', { timeMs: 1 }, ['c', 'b', 'a'], []],
    ['all fit', { sizeBytes: 600 }, [], []],
    ['the oldest does not fit', { sizeBytes: 599 }, [], ['a']],
    ['a large one keeps smaller ones behind it out', { sizeBytes: 300 }, [], ['b', 'a']],
    ['log and head count', { sizeBytes: 600, headBytes: 1 }, [], ['a']],
    ['nothing fits', { sizeBytes: 1 }, [], ['d', 'c', 'b', 'a']],
  ];
  for (const [name, limits, byTime, bySize] of cases)
    it(`are those that remain when ${name}`, () => {
      const found = beyondRetention(stored, { timeMs: 0, sizeBytes: 0, headBytes: 0, ...limits });
      assert.deepEqual(found, { byTime, bySize });
    });
});

describe('the blocks of a database', () => {
  it('go when they are too old, and what they held is not read again', async () => {
    const disk = new FaultDisk(seededRandom(1));
    const database = await open(disk, { retention: { ...retention, timeMs: 30_000 } });
    await fill(database, startMs, startMs + 60_000);
    await database.maybeCut();
    assert.equal(blocks(disk), 3);
    assert.deepEqual(await counts(database), each(80));
    assert.equal(database.stats.timeRetentions > 0, true);
    assert.deepEqual(names(disk, /tmp/), []);
    const again = await open(disk.kill(), { retention: { ...retention, timeMs: 30_000 } });
    assert.deepEqual(await counts(again), each(80));
    await again.close();
  });

  it('go when they are too large together, also by a limit that is set later', async () => {
    const disk = new FaultDisk(seededRandom(2));
    const database = await open(disk);
    await fill(database, startMs, startMs + 60_000);
    await database.maybeCut();
    const { blocksBytes } = database.stats;
    assert.equal(blocks(disk), 5);
    assert.ok(blocksBytes > 0);
    database.applySettings({ retention: { ...retention, sizeBytes: 1 } });
    await database.showBlocks();
    assert.equal(blocks(disk), 0);
    assert.equal(database.stats.sizeRetentions, 1);
    assert.equal(database.stats.blocksBytes, 0);
    assert.deepEqual(await counts(database), each(20));
    await database.close();
  });

  it('are read to the end by who has begun', async () => {
    const disk = new FaultDisk(seededRandom(3));
    const database = await open(disk);
    await fill(database, startMs, startMs + 30_000);
    await database.maybeCut();
    const querier = database.querier(always);
    database.applySettings({ retention: { ...retention, sizeBytes: 1 } });
    await database.showBlocks();
    assert.equal(blocks(disk), 0);
    const set = querier.select(request(['__name__=m'], { symbols: new SymbolTable(), sorted: true }));
    assert.equal(await set.next(), true);
    assert.equal(set.columns.length, 60);
    set.close();
    querier.close();
    await database.close();
  });

  it('are noticed within a minute when somebody else brings or takes them', async () => {
    const disk = new FaultDisk(seededRandom(4));
    const clock = new ManualClock();
    const database = await open(disk, { clock });
    await fill(database, startMs, startMs + 30_000);
    await database.maybeCut();
    const [first] = names(disk, /meta\.json$/);
    await disk.remove((first as string).replace('/meta.json', ''));
    clock.advance(60_000);
    await database.showBlocks();
    assert.equal(database.blockCount, 1);
    assert.deepEqual(await counts(database), each(40));
    await database.close();
  });

  for (const file of ['index', 'meta.json'])
    it(`are left out with a warning where the ${file} is damaged, and the log gives back what it can`, async () => {
      const disk = new FaultDisk(seededRandom(5));
      const database = await open(disk);
      await fill(database, startMs, startMs + 30_000);
      await database.maybeCut();
      await database.close();
      const broken = disk.kill();
      const target = names(broken, new RegExp(`/${file}$`)).at(-1) as string;
      for (let at = 0; at < 8; at++) broken.flip(target, at);
      const again = await open(broken);
      assert.equal(again.stats.brokenBlocks, 1);
      const querier = again.querier(always);
      const set = querier.select(request(['__name__=m'], { symbols: new SymbolTable(), sorted: true }));
      while (await set.next());
      assert.equal(set.warnings.length, 1);
      assert.match(set.warnings[0] ?? '', /^block [0-9A-Z]{26} cannot be read and is left out: /);
      querier.close();
      // The last block's end is no bound for samples where the block is lost.
      assert.ok((await counts(again)).every((count) => count >= 40));
      await again.close();
    });

  it('lose nothing where a bit is turned in the times of a meta.json', async () => {
    const disk = new FaultDisk(seededRandom(7));
    const limits = {
      retention: { ...retention, timeMs: 120_000 },
      minBlockDurationMs: 18_000,
      maxBlockDurationMs: 162_000,
    };
    const database = await open(disk, limits);
    await fill(database, startMs, startMs + 90_000);
    await database.maybeCut();
    assert.deepEqual(await counts(database), each(180));
    await database.close();
    const metas = names(disk, /meta\.json$/);
    assert.ok(metas.length >= 3);
    let turned = 0;
    for (const target of metas) {
      const text = Buffer.from(await disk.kill().readFile(target)).toString();
      for (const { index } of text.matchAll(/(?<="(?:minTime|maxTime)": \d*)\d/g))
        for (const mask of [1, 2, 4, 8]) {
          const changed = text.charCodeAt(index) ^ mask;
          // A number does not begin with 0: such a block is left out, with a warning.
          const least = /\d/.test(text[index - 1] as string) ? 0x30 : 0x31;
          if (changed < least || changed > 0x39) continue;
          const other = disk.kill();
          other.flip(target, index, mask);
          const again = await open(other, limits);
          assert.deepEqual(await counts(again), each(180), `${target} ${index} ${mask}`);
          await again.maybeCut();
          await again.compact();
          assert.deepEqual(await counts(again), each(180), `${target} ${index} ${mask}, compacted`);
          await again.close();
          turned++;
        }
    }
    assert.ok(turned > 80);
  });

  it('lose nothing where a bit is turned in what a meta.json says of late samples', async () => {
    const disk = new FaultDisk(seededRandom(8));
    const database = await open(disk, { outOfOrderWindowMs: 10_000 });
    await fill(database, startMs, startMs + 8000);
    await fill(database, startMs + 3250, startMs + 4250);
    await (database as HeadDatabase).compactLate();
    await database.close();
    const [target = ''] = names(disk, /meta\.json$/);
    const text = Buffer.from(await disk.kill().readFile(target)).toString();
    assert.match(text, /from-out-of-order/);
    const start = text.indexOf('"compaction"');
    let broken = 0;
    for (let at = start; at < text.length; at++)
      for (let bit = 0; bit < 8; bit++) {
        const other = disk.kill();
        other.flip(target, at, 1 << bit);
        for (let life = 0; life < 2; life++) {
          const again = await open(other, { outOfOrderWindowMs: 10_000 });
          const isBroken = again.stats.brokenBlocks > 0;
          broken += Number(isBroken);
          assert.deepEqual(await counts(again), each(isBroken ? 16 : 18), `${at} ${bit} ${life}`);
          if (isBroken) break;
          await again.compact();
          await again.close();
        }
      }
    assert.ok(broken > 100);
  }).timeout(30_000);

  for (const name of ['', '..', 'wal', '../data', 'snapshots'])
    it(`name as their parents nothing but blocks: ${JSON.stringify(name)} stays`, async () => {
      const disk = new FaultDisk(seededRandom(6));
      const database = await open(disk);
      await fill(database, startMs, startMs + 20_000);
      await database.maybeCut();
      await database.close();
      const turned = disk.kill();
      const target = names(turned, /meta\.json$/)[0] as string;
      const meta = JSON.parse(Buffer.from(await turned.readFile(target)).toString());
      meta.compaction.parents = [{ ulid: name, minTime: 0, maxTime: 1 }];
      const file = await turned.open(target, 'create');
      await file.write(Buffer.from(JSON.stringify(meta)), 0);
      await file.close();
      const before = turned.fileNames().filter((one) => !/wal\/\d+$/.test(one));
      const again = await open(turned);
      assert.deepEqual(await counts(again), each(40));
      for (const one of before) assert.ok(turned.fileNames().includes(one), one);
      await again.close();
    });
});
