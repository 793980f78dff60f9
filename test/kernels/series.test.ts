import assert from 'node:assert/strict';
import { openHeadAndKernels } from '../tsdb/head/head-storage.js';
import { checkSeries } from './series-cases.js';

const seed = 21;
const cases = 4000;

describe('series of the log, made and written by kernels', () => {
  it(`are those that plain code reads: ${cases} records (seed ${seed})`, async () => {
    const stored = await checkSeries(() => openHeadAndKernels({ maxBytes: 32 << 20 }), seed, cases);
    assert.ok(stored > cases / 2, `${stored} records were sound`);
  });
});
