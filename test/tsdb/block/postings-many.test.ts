import assert from 'node:assert/strict';
import { seededRandom, systemClock } from '../../../src/base/index.js';
import { encodeXor } from '../../../src/chunkenc/index.js';
import { Labels, Matcher } from '../../../src/model/index.js';
import {
  type BlockSeriesInput,
  blockSource,
  createUlid,
  openBlock,
  writeBlock,
} from '../../../src/tsdb/block/index.js';
import { FaultDisk } from '../../support/fault-disk.js';
import { sharedKernels } from '../../support/kernels.js';
import { upstreamCases } from '../../support/upstream-tables.js';
import { always, readSource } from './read-source.js';

function* series(): Generator<BlockSeriesInput> {
  const bytes = encodeXor(Float64Array.of(1), Float64Array.of(1), 0, 1);
  for (let i = 1; i < 1000; i++)
    yield {
      labels: Labels.fromPairs('foo', 'bar', 'i', String(i).padStart(3, '0')),
      chunks: [{ encoding: 1, mintMs: 1, maxtMs: 1, samples: 1, bytes }],
    };
}

describe('a label of a block with 999 values', () => {
  it("gives the series of upstream's table TestPostingsMany", async function () {
    const cases = upstreamCases<{ in: readonly string[] }>('TestPostingsMany');
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 22);
    const random = seededRandom(1);
    const disk = new FaultDisk(random);
    const ulid = createUlid(systemClock, random);
    await writeBlock({ disk, directory: '/data', ulid, mintMs: 0, endMs: 10, series: series() });
    const block = await openBlock({ disk, directory: `/data/${ulid}` });
    const kernels = await sharedKernels();
    for (const { in: values } of cases) {
      const source = blockSource({ block, window: always });
      const matchers = [new Matcher('=~', 'i', values.join('|'))];
      const found = readSource(source, { kernels, matchers }).map(({ labels }) => labels);
      const wanted = values.filter((value) => /^\d+$/.test(value) && value !== '000');
      assert.deepEqual(
        found,
        wanted.map((value) => `{foo="bar", i="${value}"}`),
        values.join(),
      );
    }
    await block.close();
  });
});
