import assert from 'node:assert/strict';
import { createTestKernels } from '../support/kernels.js';
import { flipBits, flipTargets, isExplained } from '../tsdb/verify/flip-bits.js';

const seed = Number(process.env.SEED ?? 20262);
const count = 100_000;

describe('tsdb verify: flipped bits at length', () => {
  it(`finds each of ${count}, or the data say why not (seed ${seed})`, async function () {
    this.timeout(600_000);
    const targets = flipTargets();
    if (targets.length === 0) this.skip();
    const kernels = await createTestKernels();
    const { missed, flips } = await flipBits({ targets, count, seed, kernels, mostBytes: 120_000 });
    const wrong = missed.filter((flip) => !isExplained(flip));
    process.stdout.write(`    ${flips} flips, seed ${seed}: ${missed.length} not found and explained\n`);
    assert.deepEqual(
      wrong.map(({ file, offset, bit }) => `${file}:${offset}.${bit}`),
      [],
    );
  });
});
