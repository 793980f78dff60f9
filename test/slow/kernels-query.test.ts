import assert from 'node:assert/strict';
import { aggregateOps } from '../../src/kernels/index.js';
import { checkAggregation, checkRows, rowOps } from '../kernels/row-cases.js';
import { checkLatest, checkWindows, windowCases } from '../kernels/window-cases.js';
import { createTestKernels } from '../support/kernels.js';

const cases = 100_000;

describe('the kernels of queries against their twins, many cases', () => {
  const families: [name: string, check: typeof checkWindows, names: readonly string[]][] = [
    ['windows', checkWindows, Object.keys(windowCases)],
    ['the latest sample', (kernels, _, seed, count) => checkLatest(kernels, seed, count), ['']],
    ['groups', checkAggregation, Object.keys(aggregateOps)],
    ['rows', checkRows, rowOps],
  ];
  for (const [family, check, names] of families) {
    for (const name of names) {
      it(`${family} ${name}`, async function () {
        this.timeout(600_000);
        const seed = 1 + Math.floor(Math.random() * 2 ** 31);
        process.stdout.write(`      seed ${seed}, ${cases} cases\n`);
        assert.equal(check(await createTestKernels(), name, seed, cases), cases);
      });
    }
  }
});
