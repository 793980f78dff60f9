import assert from 'node:assert/strict';
import { checkHistogramEncode } from '../chunkenc/histogram-encode-cases.js';
import { checkHistogramRows } from '../chunkenc/histogram-rows-cases.js';
import { createTestKernels } from '../support/kernels.js';

const cases = 100_000;

describe('the kernel of histogram chunks against its twin, many cases', () => {
  it('decodes the same', async function () {
    this.timeout(600_000);
    const seed = 1 + Math.floor(Math.random() * 2 ** 31);
    process.stdout.write(`      seed ${seed}, ${cases} cases\n`);
    assert.equal(checkHistogramRows(await createTestKernels(), seed, cases), cases);
  });

  it('encodes the same', async function () {
    this.timeout(600_000);
    const seed = 1 + Math.floor(Math.random() * 2 ** 31);
    process.stdout.write(`      seed ${seed}, ${cases} cases\n`);
    assert.equal(checkHistogramEncode(await createTestKernels(), seed, cases), cases);
  });
});
