import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import type { Labels } from '../../../src/model/index.js';
import { type Querier, SymbolTable } from '../../../src/storage/index.js';
import { blockSource, openBlock } from '../../../src/tsdb/block/index.js';
import { readHeadChunks } from '../../../src/tsdb/chunks/index.js';
import type { Database } from '../../../src/tsdb/index.js';
import { always, appendRows, request } from '../../storage/storage-samples.js';
import { FaultDisk } from '../../support/fault-disk.js';
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

async function advance(clock: ManualClock, ms: number): Promise<void> {
  clock.advance(ms);
  for (let turn = 0; turn < 100; turn++) await new Promise((resolve) => setImmediate(resolve));
}

const chunksOf = async (database: Database): Promise<number> => (await database.figures()).chunks;

describe('options of a database', () => {
  for (const [samplesPerChunk, chunks] of [
    [undefined, 3],
    [0, 3],
    [40, 9],
    [240, 2],
  ] as const) {
    it(`samplesPerChunk ${samplesPerChunk}: ${chunks} chunks of 300 samples a second`, async () => {
      const sized = samplesPerChunk === undefined ? {} : { samplesPerChunk };
      const database = await open(new FaultDisk(seededRandom(1)), {
        minBlockDurationMs: 7_200_000,
        ...sized,
      });
      await fill(database, startMs, startMs + 300_000, 1000);
      assert.equal(await chunksOf(database), chunks * seriesCount);
      assert.deepEqual(await counts(database), each(300));
      await database.close();
    });
  }

  it('blockSegmentBytes: files of chunks in blocks are no larger, those of merged blocks too', async () => {
    const disk = new FaultDisk(seededRandom(2));
    const database = await open(disk, { blockSegmentBytes: 1000, maxBlockDurationMs: 30_000 });
    await fill(database, startMs, startMs + 60_000);
    await database.maybeCut();
    await database.compact();
    const files = names(disk, /\/chunks\/\d{6}$/);
    assert.ok(files.length > 2 * blocks(disk));
    assert.ok(files.every((file) => disk.sizeOf(file) <= 1000));
    assert.ok(blocks(disk) < 5);
    assert.deepEqual(await counts(database), each(120));
    await database.close();
  });

  it('mostCutDelayMs: a cut that is due waits, at most for that long', async () => {
    const clock = new ManualClock();
    const disk = new FaultDisk(seededRandom(3));
    const database = await open(disk, { clock, mostCutDelayMs: 600_000 });
    await fill(database, startMs, startMs + 40_000);
    await advance(clock, 0);
    assert.equal(blocks(disk), 0);
    for (let minute = 0; minute < 11; minute++) await advance(clock, 60_000);
    assert.equal(blocks(disk), 3);
    await database.close();
  });

  it('uploadedBlocksFile: blocks of level 1 that it does not list are not merged, nor what comes behind', async () => {
    const clock = new ManualClock();
    const disk = new FaultDisk(seededRandom(4));
    const list = async (uploaded: readonly string[] | undefined): Promise<void> => {
      const file = await disk.open('/uploaded.json', 'create');
      await file.write(Buffer.from(uploaded === undefined ? '{[' : JSON.stringify({ uploaded })), 0);
    };
    await list([]);
    const options = { clock, maxBlockDurationMs: 30_000, uploadedBlocksFile: '/uploaded.json' };
    const database = await open(disk, options);
    await fill(database, startMs, startMs + 80_000);
    await database.maybeCut();
    await database.compact();
    const ulids = names(disk, /\/meta\.json$/).map((name) => name.split('/')[2] as string);
    assert.equal(ulids.length, 7);
    await list(ulids);
    await database.compact();
    assert.equal(blocks(disk), 7, 'what was read is good for a minute');
    await advance(clock, 61_000);
    await database.compact();
    assert.ok(blocks(disk) < 7);
    assert.deepEqual(await counts(database), each(160));
    await database.close();
    await list(undefined);
    const again = await open(disk.kill(), options);
    await again.compact();
    assert.deepEqual(await counts(again), each(160));
    await again.close();
  });

  it('blockReloadMs: blocks that somebody else has put there are seen after it', async () => {
    const clock = new ManualClock();
    const disk = new FaultDisk(seededRandom(5));
    const database = await open(disk, { clock, blockReloadMs: 5000 });
    await fill(database, startMs, startMs + 40_000);
    await database.maybeCut();
    assert.equal(database.blockCount, 3);
    const [meta] = names(disk, /\/meta\.json$/) as [string];
    await disk.remove(`${directory}/${meta.split('/')[2]}`);
    await advance(clock, 4000);
    assert.equal(database.blockCount, 3);
    await advance(clock, 2000);
    assert.equal(database.blockCount, 2);
    await database.close();
  });

  it('floatEncoding xor2: of chunks that take no more, whether written before it or after, and of blocks', async () => {
    const clock = new ManualClock();
    const disk = new FaultDisk(seededRandom(6));
    const options = { clock, outOfOrderWindowMs: 60_000, maxBlockDurationMs: 30_000 };
    const database = await open(disk, options);
    await fill(database, startMs, startMs + 13_000);
    await advance(clock, 1000);
    database.applySettings({ floatEncoding: 'xor2' });
    await fill(database, startMs + 13_000, startMs + 20_000);
    const early = database.querier(always);
    await fill(database, startMs + 20_000, startMs + 33_000);
    await advance(clock, 1000);
    assert.deepEqual(await encodings(disk, '/data/chunks_head'), [1, 4]);
    const seen = await readRows(early);
    assert.deepEqual(seen, each(40));
    early.close();
    const late = database.appender();
    appendRows(late, [late.series(seriesLabels[0] as Labels), startMs + 7, startMs + 7]);
    await late.commit('acknowledged');
    const expected = each(66).map((count, i) => (i === 0 ? count + 1 : count));
    assert.deepEqual(await counts(database), expected);
    await database.maybeCut();
    await database.compact();
    for (const block of names(disk, /\/meta\.json$/))
      assert.deepEqual(await blockEncodings(disk, block.replace('/meta.json', '')), [4]);
    assert.deepEqual(await counts(database), expected);
    await database.close();
    const again = await open(disk.kill(), { ...options, floatEncoding: 'xor2' });
    assert.deepEqual(await counts(again), expected);
    await again.close();
  });
});

async function encodings(disk: FaultDisk, chunksHead: string): Promise<number[]> {
  const found = new Set<number>();
  await readHeadChunks({ disk, directory: chunksHead, onChunk: ({ encoding }) => found.add(encoding) });
  return [...found].sort();
}

async function blockEncodings(disk: FaultDisk, block: string): Promise<number[]> {
  const found = new Set<number>();
  const opened = await openBlock({ disk, directory: block });
  const source = blockSource({ block: opened, window: always });
  const matched = source.match({ ...always, matchers: [], symbols: new SymbolTable() });
  for (let i = 0; i < matched.count; i++) for (const { encoding } of matched.chunks(i)) found.add(encoding);
  source.close();
  await opened.close();
  return [...found];
}

/** Samples of each series. */
async function readRows(querier: Querier): Promise<number[]> {
  const set = querier.select(request(['__name__=m'], { symbols: new SymbolTable(), sorted: true }));
  const found: number[] = [];
  while (await set.next()) found.push(set.columns.length);
  set.close();
  return found;
}
