import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { type Database, openForServing } from '../../../src/tsdb/index.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { kernelModule } from '../../support/kernels.js';
import { counts, directory, each, fill, names, open, seriesCount, startMs } from '../db/filled-database.js';
import { ManualClock } from '../db/manual-clock.js';

async function serve(disk: FaultDisk, clock = new ManualClock()): Promise<Database> {
  return openForServing({ directory, disk, clock, kernelModule: await kernelModule() });
}

async function filledDisk(seed: number): Promise<FaultDisk> {
  const disk = new FaultDisk(seededRandom(seed));
  const database = await open(disk);
  await fill(database, startMs, startMs + 40_000);
  await database.maybeCut();
  await database.close();
  return disk;
}

describe('a data directory that is served and not written', () => {
  it('answers what blocks and logs hold, and changes nothing', async () => {
    const disk = await filledDisk(1);
    const before = disk.operations;
    const database = await serve(disk);
    assert.deepEqual(await counts(database), each(80));
    assert.equal(database.blockCount, 3);
    assert.equal(database.seriesCount, seriesCount);
    const { chunks, symbolTableBytes } = await database.figures();
    assert.deepEqual([chunks, symbolTableBytes], [seriesCount, 24]);
    const slot = database.openReaderSlot();
    assert.ok(database.view().head !== undefined && slot > 0);
    database.closeReaderSlot(slot);
    await Promise.all([database.compact(), database.maybeCut(), database.compactStale()]);
    await database.close();
    assert.equal(disk.operations, before);
  });

  it('refuses what would write', async () => {
    const database = await serve(await filledDisk(2));
    const message = /only reads its data directory/;
    assert.throws(() => database.appender(), message);
    await assert.rejects(database.deleteSamples({ matcherSets: [[]], mintMs: 0, maxtMs: 1 }), message);
    await assert.rejects(database.cleanTombstones(), message);
    await assert.rejects(database.snapshot('/snapshot', true), message);
    await database.close();
  });

  it('notices blocks that go, tells those that cannot be read, and tells its listeners', async () => {
    const clock = new ManualClock();
    const disk = await filledDisk(3);
    const database = await serve(disk, clock);
    const versions: number[] = [];
    database.onViewChange(({ version }) => void versions.push(version));
    const [gone, broken] = names(disk, /\/meta\.json$/) as [string, string];
    await disk.remove(gone.replace('/meta.json', ''));
    disk.flip(broken, 3);
    clock.advance(60_000);
    for (let turn = 0; turn < 40; turn++) await new Promise((resolve) => setImmediate(resolve));
    assert.deepEqual(versions, [1]);
    assert.equal(database.blockCount, 1);
    assert.equal(database.stats.brokenBlocks, 1);
    await database.close();
  });
});
