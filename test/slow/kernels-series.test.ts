import assert from 'node:assert/strict';
import { checkSeries } from '../kernels/series-cases.js';
import { openHeadAndKernels } from '../tsdb/head/head-storage.js';

const cases = 100_000;

describe('series of the log by kernels and by plain code, many cases', () => {
  it('are the same', async function () {
    this.timeout(600_000);
    const seed = 1 + Math.floor(Math.random() * 2 ** 31);
    process.stdout.write(`      seed ${seed}, ${cases} cases\n`);
    const stored = await checkSeries(() => openHeadAndKernels({ maxBytes: 32 << 20 }), seed, cases);
    assert.ok(stored > cases / 2);
  });
});
