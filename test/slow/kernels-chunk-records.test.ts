import assert from 'node:assert/strict';
import { checkChunkRecords } from '../kernels/chunk-records-cases.js';
import { createTestKernels } from '../support/kernels.js';

const cases = 100_000;

describe('the kernel of chunk records against the kernel of chunks, many cases', () => {
  it('decodes the same', async function () {
    this.timeout(600_000);
    const seed = 1 + Math.floor(Math.random() * 2 ** 31);
    process.stdout.write(`      seed ${seed}, ${cases} lists\n`);
    assert.equal(checkChunkRecords(await createTestKernels(), seed, cases), cases);
  });
});
