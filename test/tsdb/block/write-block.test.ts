import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Clock, seededRandom, systemClock, systemDisk } from '../../../src/base/index.js';
import { encodeXor } from '../../../src/chunkenc/index.js';
import { Labels } from '../../../src/model/index.js';
import {
  type BlockSeriesInput,
  createUlid,
  isUlid,
  listBlocks,
  openBlock,
  readBlockMeta,
  writeBlock,
} from '../../../src/tsdb/block/index.js';
import { seriesOf } from './copy-block.js';
import { corpusBlocks } from './corpus-blocks.js';

const fixedClock: Clock = { ...systemClock, nowMs: () => 1_469_918_176_385 };

function oneSeries(i: number): BlockSeriesInput {
  const times = Float64Array.of(1000, 2000);
  const bytes = encodeXor(times, Float64Array.of(i, i + 0.5), 0, 2);
  return {
    labels: Labels.fromPairs('__name__', 'm', 'i', String(i).padStart(4, '0')),
    chunks: [{ encoding: 1, mintMs: 1000, maxtMs: 2000, samples: 2, bytes }],
  };
}

describe('writing a block', () => {
  let folder = '';
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'blocks-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const whole = ['chunks/000001', 'index', 'meta.json', 'tombstones'];
  for (const { name, directory, isDownsampled, isCurrent } of corpusBlocks()) {
    if (isDownsampled) continue;
    it(`from the content of ${name} gives its files`, async () => {
      const block = await openBlock({ disk: systemDisk, directory });
      const { ulid, mintMs, endMs, stats, compaction } = block.meta;
      const meta = await writeBlock({
        disk: systemDisk,
        directory: folder,
        ...{ ulid, mintMs, endMs, compaction },
        series: seriesOf(block),
        symbols: block.index.symbols.texts(),
      });
      assert.deepEqual(readdirSync(folder), [ulid]);
      const files = readdirSync(path.join(folder, ulid), { recursive: true, encoding: 'utf8' });
      assert.deepEqual(files.sort(), ['chunks', ...whole]);
      assert.equal(meta?.stats.numSamples, stats.numSamples);
      assert.deepEqual(await readBlockMeta(systemDisk, path.join(folder, ulid)), meta);
      const isWhole = isCurrent && block.tombstones.size === 0;
      for (const file of isWhole ? whole : ['chunks/000001']) {
        const expected = readFileSync(path.join(directory, file));
        assert.deepEqual(readFileSync(path.join(folder, ulid, file)), expected, file);
      }
      await block.close();
    });
  }

  it('without a sample leaves nothing', async () => {
    const options = { disk: systemDisk, directory: folder, ulid: createUlid(systemClock, seededRandom(1)) };
    const empty = { labels: Labels.fromPairs('a', 'b'), chunks: [] };
    for (const series of [[], [empty]]) {
      assert.equal(await writeBlock({ ...options, mintMs: 0, endMs: 1, series }), undefined);
      assert.deepEqual(readdirSync(folder), []);
    }
  });

  it('leaves nothing when the series end in an error', async () => {
    async function* failing(): AsyncGenerator<BlockSeriesInput> {
      yield oneSeries(1);
      throw new Error('no more');
    }
    const ulid = createUlid(systemClock, seededRandom(2));
    const options = { disk: systemDisk, directory: folder, ulid, mintMs: 0, endMs: 1, series: failing() };
    await assert.rejects(writeBlock(options), /no more/);
    assert.deepEqual(readdirSync(folder), []);
  });

  it('is listed by first time beside broken ones and leftovers', async () => {
    const ulids = [3, 4, 5].map((seed) => createUlid(systemClock, seededRandom(seed)));
    for (const [i, ulid] of ulids.entries()) {
      const options = { disk: systemDisk, directory: folder, ulid, mintMs: -i, endMs: 3000 };
      await writeBlock({ ...options, series: [oneSeries(i)] });
    }
    const [broken = ''] = ulids;
    await systemDisk.truncate(path.join(folder, broken, 'meta.json'), 10);
    await systemDisk.makeDirectory(path.join(folder, `${ulids[1]}.tmp-for-creation`));
    await systemDisk.makeDirectory(path.join(folder, 'wal'));
    const list = await listBlocks(systemDisk, folder);
    assert.deepEqual(
      list.blocks.map(({ meta }) => meta.ulid),
      [ulids[2], ulids[1]],
    );
    assert.deepEqual(
      list.broken.map(({ directory }) => path.basename(directory)),
      [broken],
    );
    assert.deepEqual(list.leftovers, [path.join(folder, `${ulids[1]}.tmp-for-creation`)]);
    assert.deepEqual((await listBlocks(systemDisk, path.join(folder, 'nothing'))).blocks, []);
  });
});

describe('names of blocks', () => {
  it('begin with the time', () => {
    const ulid = createUlid(fixedClock, seededRandom(1));
    assert.equal(ulid.slice(0, 10), '01ARYZ6S41');
    assert.ok(isUlid(ulid));
    assert.ok(!isUlid(ulid.toLowerCase()) && !isUlid(`${ulid}0`) && !isUlid('8ZZZZZZZZZZZZZZZZZZZZZZZZZ'));
  });

  it('spread over all digits', () => {
    const digits = new Set(
      Array.from({ length: 64 }, (_, i) => createUlid(fixedClock, seededRandom(i)).slice(10)).join(''),
    );
    assert.equal(digits.size, 32);
  });
});
