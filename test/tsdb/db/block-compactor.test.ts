import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { parseBlockMeta } from '../../../src/tsdb/block/index.js';
import { type Database, type DatabaseOptions, openReadOnly } from '../../../src/tsdb/index.js';
import { matchers, readAll } from '../../storage/storage-samples.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { kernelModule } from '../../support/kernels.js';
import {
  blocks,
  counts,
  directory,
  each,
  fill,
  names,
  open as openSmall,
  rangeMs,
} from './filled-database.js';
import { ManualClock } from './manual-clock.js';

/** So that ranges of three and nine begin with it. */
const startMs = Math.ceil(1_700_000_000_000 / (9 * rangeMs)) * 9 * rangeMs;
const two = [matchers('series=~0[01]')];

const open = (disk: FaultDisk, options: Partial<DatabaseOptions> = {}): Promise<Database> =>
  openSmall(disk, { maxBlockDurationMs: 9 * rangeMs, ...options });

async function metas(disk: FaultDisk) {
  const found = [];
  for (const name of names(disk, /[0-9A-Z]{26}\/meta\.json$/))
    found.push(parseBlockMeta(Buffer.from(await disk.readFile(name)).toString(), name));
  return found.sort((a, b) => a.mintMs - b.mintMs);
}

describe('blocks that are compacted', () => {
  it('become larger ones, which hold all that the others held', async () => {
    const disk = new FaultDisk(seededRandom(1));
    const database = await open(disk);
    await fill(database, startMs, startMs + 20 * rangeMs);
    await database.maybeCut();
    await database.compact();
    const found = await metas(disk);
    assert.deepEqual(
      found.map(({ mintMs, endMs, compaction }) => [
        (mintMs - startMs) / rangeMs,
        (endMs - mintMs) / rangeMs,
        compaction.level,
        compaction.sources?.length,
        compaction.parents?.length,
      ]),
      [
        [0, 9, 3, 9, 3],
        [9, 9, 3, 9, 3],
        [18, 1, 1, 1, undefined],
      ],
    );
    assert.deepEqual(
      found.map(({ stats }) => stats.numSamples),
      [3600, 3600, 400],
    );
    assert.deepEqual(await counts(database), each(400));
    assert.equal(names(disk, /tmp/).length, 0);
    assert.equal(database.stats.compactionsFailed, 0);
    const again = await open(disk.crash());
    assert.deepEqual(await counts(again), each(400));
    await again.close();
    await database.close();
  });

  it('leave out what is deleted of them', async () => {
    const disk = new FaultDisk(seededRandom(2));
    const database = await open(disk, { maxBlockDurationMs: rangeMs });
    await fill(database, startMs, startMs + 5 * rangeMs);
    await database.maybeCut();
    await database.deleteSamples({ matcherSets: two, mintMs: startMs, maxtMs: startMs + 5 * rangeMs });
    const deleted = await readAll(database);
    await database.close();
    const running = disk.kill();
    const later = await open(running);
    await later.compact();
    assert.deepEqual(await readAll(later), deleted);
    const [merged] = await metas(running);
    assert.deepEqual([merged?.stats.numSamples, merged?.stats.numSeries], [18 * 60, 18]);
    const [tombstones] = names(running, new RegExp(`${merged?.ulid}/tombstones$`));
    assert.equal(running.sizeOf(tombstones as string), 9);
    await later.close();
  });

  it('are written again where they are asked to be clean, and go where nothing is left', async () => {
    const disk = new FaultDisk(seededRandom(3));
    const database = await open(disk, { maxBlockDurationMs: rangeMs });
    await fill(database, startMs, startMs + 4 * rangeMs);
    await database.maybeCut();
    assert.equal(blocks(disk), 3);
    const all = [matchers('__name__=m')];
    await database.deleteSamples({ matcherSets: all, mintMs: startMs, maxtMs: startMs + rangeMs - 1 });
    await database.deleteSamples({ matcherSets: two, mintMs: startMs, maxtMs: startMs + 3 * rangeMs });
    const before = await readAll(database);
    await database.cleanTombstones();
    assert.equal(blocks(disk), 2);
    for (const file of names(disk, /tombstones$/)) assert.equal(disk.sizeOf(file), 9);
    assert.deepEqual(await readAll(database), before);
    const [first] = await metas(disk);
    assert.deepEqual([first?.compaction.level, first?.compaction.parents?.length], [1, 1]);
    await database.close();
  });

  it('that overlap become one', async () => {
    const disk = new FaultDisk(seededRandom(4));
    const database = await open(disk, { maxBlockDurationMs: rangeMs });
    await fill(database, startMs, startMs + 3 * rangeMs);
    await database.maybeCut();
    await database.close();
    // Somebody has put a second copy of a block there, under another name.
    const copied = disk.kill();
    const [source] = names(copied, /meta\.json$/).map((name) => name.replace('/meta.json', ''));
    const other = '/data/01M81G8V087A9N8ZJSH0H4T28F';
    for (const name of names(copied, new RegExp(`^${source}/`))) {
      const target = name.replace(source as string, other);
      await copied.makeDirectory(target.slice(0, target.lastIndexOf('/')));
      const file = await copied.open(target, 'create');
      let bytes = await copied.readFile(name);
      if (name.endsWith('meta.json'))
        bytes = Buffer.from(
          Buffer.from(bytes)
            .toString()
            .replaceAll(/[0-9A-Z]{26}/g, '01M81G8V087A9N8ZJSH0H4T28F'),
        );
      await file.write(bytes, 0);
      await file.sync();
      await file.close();
    }
    const again = await open(copied);
    assert.equal(again.blockCount, 3);
    await again.compact();
    assert.equal(again.blockCount, 2);
    assert.deepEqual(await counts(again), each(60));
    await again.close();
  });

  it('stay when the disk is full, and are merged when there is room again', async () => {
    const disk = new FaultDisk(seededRandom(5));
    const clock = new ManualClock();
    const database = await open(disk, { clock, maxBlockDurationMs: rangeMs });
    await fill(database, startMs, startMs + 5 * rangeMs);
    await database.maybeCut();
    await database.close();
    const full = disk.kill();
    const again = await open(full, { clock });
    full.capacityBytes = 1000;
    await again.compact();
    assert.equal(again.stats.compactionsFailed, 1);
    assert.equal(again.blockCount, 4);
    assert.ok((await metas(full)).every(({ compaction }) => compaction.failed !== true));
    full.capacityBytes = Number.POSITIVE_INFINITY;
    await again.compact();
    assert.equal(again.blockCount, 2);
    assert.deepEqual(await counts(again), each(100));
    await again.close();
  });

  it('stay when one of them is damaged, which is said in its meta.json', async () => {
    const disk = new FaultDisk(seededRandom(6));
    const database = await open(disk, { maxBlockDurationMs: rangeMs });
    await fill(database, startMs, startMs + 5 * rangeMs);
    await database.maybeCut();
    await database.close();
    const damaged = disk.kill();
    damaged.flip(names(damaged, /chunks\/000001$/)[1] as string, 100);
    const again = await open(damaged);
    await again.compact();
    assert.equal(again.stats.compactionsFailed, 1);
    const found = await metas(damaged);
    assert.deepEqual(
      found.map(({ compaction }) => compaction.failed === true),
      [true, true, true, false],
    );
    await again.compact();
    assert.equal(again.stats.compactionsFailed, 1, 'and not tried again');
    await again.close();
  });

  it('go by the names of their directories, whatever meta.json says', async () => {
    const disk = new FaultDisk(seededRandom(9));
    const database = await open(disk, { maxBlockDurationMs: rangeMs });
    await fill(database, startMs, startMs + 5 * rangeMs);
    await database.maybeCut();
    await database.close();
    const turned = disk.kill();
    const target = names(turned, /meta\.json$/)[1] as string;
    const bytes = await turned.readFile(target);
    turned.flip(target, Buffer.from(bytes).indexOf('"ulid": "') + '"ulid": "'.length + 25, 1);
    const again = await open(turned);
    await again.compact();
    assert.deepEqual([again.blockCount, again.stats.compactions, again.stats.compactionsFailed], [2, 1, 0]);
    assert.deepEqual(await counts(again), each(100));
    await again.close();
  });

  it('lose nothing when power fails at any moment', async () => {
    for (let seed = 0; seed < 40; seed++) {
      const disk = new FaultDisk(seededRandom(seed));
      const database = await open(disk, { maxBlockDurationMs: rangeMs });
      await fill(database, startMs, startMs + 4 * rangeMs, 2000);
      await database.maybeCut();
      await database.close();
      const running = disk.kill();
      const merging = await open(running);
      const done = merging.compact();
      for (let turn = 0; turn < seed; turn++) await new Promise((resolve) => setImmediate(resolve));
      const crashed = running.crash();
      await done;
      await merging.close().catch(() => undefined);
      const again = await open(crashed);
      assert.deepEqual(await counts(again), each(20), `seed ${seed}`);
      await again.close();
      const offline = await openReadOnly({ directory, disk: crashed, kernelModule: await kernelModule() });
      assert.deepEqual(await counts(offline), each(20), `seed ${seed}, offline`);
      await offline.close();
    }
  });
});

describe('a snapshot', () => {
  it('holds blocks and head as they were, whatever becomes of the database', async () => {
    const disk = new FaultDisk(seededRandom(7));
    const database = await open(disk, { maxBlockDurationMs: rangeMs });
    await fill(database, startMs, startMs + 5 * rangeMs);
    await database.maybeCut();
    await database.deleteSamples({ matcherSets: two, mintMs: startMs, maxtMs: startMs + 5 * rangeMs });
    const before = await readAll(database);
    await database.snapshot('/data/snapshots/whole', true);
    await database.snapshot('/data/snapshots/blocks', false);
    await database.deleteSamples({
      matcherSets: [matchers('__name__=m')],
      mintMs: startMs,
      maxtMs: startMs + 5 * rangeMs,
    });
    await database.cleanTombstones();
    await database.close();
    const crashed = disk.crash();
    const read = async (name: string) => {
      const opened = await openReadOnly({
        directory: `/data/snapshots/${name}`,
        disk: crashed,
        kernelModule: await kernelModule(),
      });
      try {
        return [await readAll(opened), await counts(opened)] as const;
      } finally {
        await opened.close();
      }
    };
    assert.deepEqual((await read('whole'))[0], before);
    assert.deepEqual(
      (await read('blocks'))[1],
      each(80).filter((_, i) => i >= 2),
    );
  });

  it('does not go where blocks are', async () => {
    const disk = new FaultDisk(seededRandom(8));
    const database = await open(disk);
    await assert.rejects(database.snapshot('/data', true), /cannot snapshot into base directory/);
    const ulid = '/data/01M81G8V087A9N8ZJSH0H4T28F';
    await assert.rejects(database.snapshot(ulid, true), /dir must not be a valid ULID/);
    await database.close();
  });
});
