import { compareXorAppend } from '../kernels/xor-append-cases.js';
import { createTestKernels } from '../support/kernels.js';

const cases = 120_000;
const seed = 20_261;

describe('the kernel that writes XOR chunks, many times', function () {
  this.timeout(600_000);

  it('writes the bytes that its twin writes', async () => {
    compareXorAppend(await createTestKernels(), { cases, seed });
    process.stdout.write(`      ${cases} chunks, seed ${seed}: no difference\n`);
  });
});
