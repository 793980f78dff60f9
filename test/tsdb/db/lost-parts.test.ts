/** Parts of a data directory that are damaged or gone cost what they held, and what only they held. */
import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import type { Database } from '../../../src/tsdb/index.js';
import { always, matchers } from '../../storage/storage-samples.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { blocks, counts, directory, each, fill, names, open, rangeMs, startMs } from './filled-database.js';

const alignedMs = Math.ceil(startMs / rangeMs) * rangeMs;
const checkpointFiles = /\/wal\/checkpoint\.\d+\/\d+$/;

/** A directory with blocks, a checkpoint that names all series, and segments behind it that name none first. */
async function withCheckpoint(seed: number): Promise<FaultDisk> {
  const disk = new FaultDisk(seededRandom(seed));
  let database = await open(disk);
  await fill(database, alignedMs, alignedMs + 8000, 20);
  await database.close();
  database = await open(disk);
  await fill(database, alignedMs + 8000, alignedMs + 26_000, 50);
  await database.maybeCut();
  await fill(database, alignedMs + 26_000, alignedMs + 27_000, 50);
  await database.close();
  assert.ok(names(disk, checkpointFiles).length > 0);
  return disk.kill();
}

const total = async (database: Database): Promise<number> =>
  (await counts(database)).reduce((sum, count) => sum + count, 0);

describe('lost parts of a data directory', () => {
  it('a checkpoint that is gone: its series are known from the segments behind it', async () => {
    const disk = await withCheckpoint(1);
    const sound = await open(disk);
    const before = await counts(sound);
    await sound.close();
    const [checkpoint] = names(disk, checkpointFiles);
    await disk.remove((checkpoint as string).replace(/\/\d+$/, ''));
    const database = await open(disk);
    assert.equal(database.stats.replay.unknownRefs.series, 0);
    const after = await counts(database);
    assert.equal(after.length, before.length);
    // Samples of the head that the checkpoint had are gone with it.
    for (const [i, count] of after.entries()) assert.ok(count > 0 && count <= (before[i] as number));
    await database.close();
  });

  it('any byte of a checkpoint: samples of its own page at most', async () => {
    const sound = await open(await withCheckpoint(2));
    const before = await total(sound);
    await sound.close();
    const [file] = names(await withCheckpoint(2), checkpointFiles) as [string];
    for (const byte of [0, 9, 60, 300, 2000]) {
      const disk = await withCheckpoint(2);
      disk.flip(file, byte, 4);
      const database = await open(disk);
      assert.equal(database.stats.replay.unknownRefs.series, 0, `byte ${byte}`);
      // The page has no samples that another file has not, but for those of the head's open chunks.
      const lost = before - (await total(database));
      assert.ok(lost <= 20 * 20, `byte ${byte}: ${lost} of ${before} samples`);
      await database.close();
    }
  });

  it('deletions of a block: its samples are shown with a warning, and it is left as it is', async () => {
    const disk = new FaultDisk(seededRandom(3));
    let database = await open(disk);
    await fill(database, alignedMs, alignedMs + 26_000);
    await database.maybeCut();
    const count = blocks(disk);
    const one = { matcherSets: [matchers('series=00')], mintMs: alignedMs, maxtMs: alignedMs + 4999 };
    await database.deleteSamples(one);
    assert.deepEqual(
      await counts(database),
      each(52).map((all, i) => (i === 0 ? all - 10 : all)),
    );
    await database.close();
    const [file] = names(disk, /tombstones$/).filter((name) => disk.sizeOf(name) > 9) as [string];
    disk.flip(file, 12, 1);
    database = await open(disk);
    assert.deepEqual(await counts(database), each(52));
    assert.equal(database.stats.brokenBlocks, 1);
    const querier = database.querier(always);
    const answer = await querier.labelNames({ ...always, matcherSets: [] });
    querier.close();
    assert.match(
      answer.warnings.join(),
      /^deletions of block \w{26} cannot be read, and deleted samples are shown/,
    );
    const outside = database.querier({ mintMs: alignedMs + 20_000, maxtMs: alignedMs + 26_000 });
    assert.deepEqual((await outside.labelNames({ ...always, matcherSets: [] })).warnings, []);
    outside.close();
    await assert.rejects(database.deleteSamples(one), /what is deleted of block .* cannot be read/);
    await database.cleanTombstones();
    assert.equal(blocks(disk), count);
    await database.close();
  });

  it('an empty list of deletions: nothing', async () => {
    const disk = new FaultDisk(seededRandom(4));
    let database = await open(disk);
    await fill(database, alignedMs, alignedMs + 26_000);
    await database.maybeCut();
    await database.close();
    for (const file of names(disk, /tombstones$/)) disk.flip(file, 3, 1);
    database = await open(disk);
    assert.deepEqual(await counts(database), each(52));
    assert.equal(database.stats.brokenBlocks, 0);
    await database.close();
    assert.ok(names(disk, new RegExp(`^${directory}/`)).length > 0);
  });
});
