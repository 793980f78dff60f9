import assert from 'node:assert/strict';
import { checkFloats } from '../kernels/scan-cases.js';
import { createTestKernels } from '../support/kernels.js';

const seed = Number(process.env.SEED ?? 1_022_026);
const count = 300_000;

describe(`float kernel against its twin (SEED=${seed})`, () => {
  it(`reads ${count} numbers, hard ones among them, bit for bit`, async function () {
    this.timeout(600_000);
    const slow = checkFloats(await createTestKernels(), { seed, count });
    process.stdout.write(`      ${count} cases, ${slow} left to the twin, 0 mismatches\n`);
    assert.ok(slow < count / 10);
  });
});
