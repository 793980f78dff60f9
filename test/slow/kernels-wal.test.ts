import assert from 'node:assert/strict';
import { checkCrc32c, checkFrames, checkSamples, checkSnappy, type LogCases } from '../kernels/log-cases.js';
import { createTestKernels } from '../support/kernels.js';

const cases = 100_000;

describe("the log's kernels against their twins, many cases", () => {
  const families: [name: string, check: LogCases][] = [
    ['checksums', checkCrc32c],
    ['snappy', checkSnappy],
    ['records of float samples', checkSamples],
    ['frames', checkFrames],
  ];
  for (const [name, check] of families) {
    it(name, async function () {
      this.timeout(600_000);
      const seed = 1 + Math.floor(Math.random() * 2 ** 31);
      process.stdout.write(`      seed ${seed}, ${cases} cases\n`);
      assert.equal(check(await createTestKernels(), seed, cases), cases);
    });
  }
});
