import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { CorruptionError, systemDisk } from '../../../src/base/index.js';
import type { Kernels } from '../../../src/kernels/index.js';
import {
  blockSource,
  formatBlockMeta,
  listBlocks,
  openBlock,
  parseBlockMeta,
} from '../../../src/tsdb/block/index.js';
import { createTestKernels } from '../../support/kernels.js';
import { sharedPath } from '../../support/shared.js';
import { corpusBlocks } from './corpus-blocks.js';
import { always, digestOf, readSource } from './read-source.js';

interface Digest {
  readonly series: string;
  readonly samples: number;
  readonly sha256: string;
}

describe('blocks of the corpus', () => {
  let kernels: Kernels;
  before(async () => {
    kernels = await createTestKernels();
  });

  for (const { name, directory, isDownsampled } of corpusBlocks()) {
    if (isDownsampled) {
      it(`names the encoding that is not known in ${name}`, async () => {
        const block = await openBlock({ disk: systemDisk, directory });
        const source = blockSource({ block, window: always });
        assert.throws(
          () => readSource(source, { kernels }),
          (error) => error instanceof CorruptionError && error.found === '255',
        );
        await block.close();
      });
      continue;
    }
    it(`has as many series, chunks and samples in ${name} as its meta.json says`, async () => {
      const block = await openBlock({ disk: systemDisk, directory });
      const { stats } = block.meta;
      const read = readSource(blockSource({ block, window: always }), { kernels });
      const samples = read.reduce((sum, { lines }) => sum + lines.length, 0);
      if (block.tombstones.size === 0) {
        assert.equal(read.length, stats.numSeries);
        assert.equal(samples, stats.numSamples);
      } else {
        assert.ok(samples > 0 && samples < (stats.numSamples as number));
      }
      const sorted = new Set(read.map(({ labels }) => labels));
      assert.equal(sorted.size, read.length);
      await block.close();
    });

    it(`writes the meta.json of ${name} as it was`, function () {
      const file = path.join(directory, 'meta.json');
      const text = readFileSync(file, 'utf8');
      // Other programs write fields of their own.
      if (text.includes('"thanos"')) this.skip();
      assert.equal(formatBlockMeta(parseBlockMeta(text, file)), text);
    });
  }

  it('give the samples that promtool dumps of awkward-block', async function () {
    const folder = sharedPath('corpus', 'tsdb', 'awkward-block');
    if (folder === undefined) this.skip();
    const list = await listBlocks(systemDisk, path.join(folder, 'data'));
    assert.deepEqual([list.blocks.length, list.broken, list.leftovers], [15, [], []]);
    const lines = new Map<string, string[]>();
    for (const { directory } of list.blocks) {
      const block = await openBlock({ disk: systemDisk, directory });
      for (const one of readSource(blockSource({ block, window: always }), { kernels })) {
        lines.set(one.labels, [...(lines.get(one.labels) ?? []), ...one.lines]);
      }
      await block.close();
    }
    const text = gunzipSync(readFileSync(path.join(folder, 'expected', 'dump-digest.jsonl.gz'))).toString();
    const expected = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Digest);
    assert.equal(lines.size, expected.length);
    for (const { series, samples, sha256 } of expected) {
      const own = lines.get(series) ?? [];
      assert.deepEqual([own.length, digestOf(own)], [samples, sha256], series);
    }
  });

  it('of version 1 are read', async function () {
    const directory = sharedPath('corpus', 'tsdb', 'upstream', 'index_format_v1');
    if (directory === undefined) this.skip();
    const block = await openBlock({ disk: systemDisk, directory });
    const source = blockSource({ block, window: always });
    const read = readSource(source, { kernels });
    assert.deepEqual([read.length, read.flatMap(({ lines }) => lines).length], [102, 102]);
    const values = new Set<string>();
    source.labelValues('foo', undefined, values);
    const names = new Set<string>();
    source.labelNames(undefined, names);
    assert.ok(values.size > 0 && names.has('foo'));
    await block.close();
  });

  it('with a meta.json of version 2 are listed as broken', async function () {
    const directory = sharedPath('corpus', 'tsdb', 'upstream', 'repair_index_version');
    if (directory === undefined) this.skip();
    const { blocks, broken } = await listBlocks(systemDisk, directory);
    assert.equal(blocks.length, 0);
    assert.match(broken[0]?.reason ?? '', /expected version 1, found 2/);
  });
});
