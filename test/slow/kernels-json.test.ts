import assert from 'node:assert/strict';
import { checkFloatFormat } from '../kernels/float-format-cases.js';
import { createTestKernels } from '../support/kernels.js';

const cases = 400_000;

describe('the kernel that writes doubles against the plain formatters, many cases', () => {
  it('writes the same', async function () {
    this.timeout(600_000);
    const seed = 1 + Math.floor(Math.random() * 2 ** 31);
    process.stdout.write(`      seed ${seed}, ${cases} cases\n`);
    assert.equal(checkFloatFormat(await createTestKernels(), seed, cases), cases);
  });
});
