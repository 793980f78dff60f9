import assert from 'node:assert/strict';
import { checkDumpRows } from '../kernels/dump-rows-cases.js';
import { createTestKernels } from '../support/kernels.js';

const cases = 100_000;

describe('the kernel that writes rows of a dump against its twin, many cases', () => {
  it('writes the same', async function () {
    this.timeout(600_000);
    const seed = 1 + Math.floor(Math.random() * 2 ** 31);
    process.stdout.write(`      seed ${seed}, ${cases} cases\n`);
    assert.equal(checkDumpRows(await createTestKernels(), seed, cases), cases);
  });
});
