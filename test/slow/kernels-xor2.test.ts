import assert from 'node:assert/strict';
import { checkXor2Decode, checkXor2Encode } from '../kernels/xor2-cases.js';
import { createTestKernels } from '../support/kernels.js';

const cases = 100_000;

describe('the kernel of XOR2 chunks against its twin, many cases', () => {
  it('decodes the same', async function () {
    this.timeout(600_000);
    const seed = 1 + Math.floor(Math.random() * 2 ** 31);
    process.stdout.write(`      seed ${seed}, ${cases} cases\n`);
    assert.equal(checkXor2Decode(await createTestKernels(), seed, cases), cases);
  });

  it('encodes the same', async function () {
    this.timeout(600_000);
    const seed = 1 + Math.floor(Math.random() * 2 ** 31);
    process.stdout.write(`      seed ${seed}, ${cases} cases\n`);
    assert.equal(checkXor2Encode(await createTestKernels(), seed, cases), cases);
  });
});
