import assert from 'node:assert/strict';
import { createTestKernels } from '../support/kernels.js';
import { checkDumpRows } from './dump-rows-cases.js';

const seed = Number(process.env.SEED ?? 20261122);
const cases = 2000;

describe(`kernels: rows of a dump (seed ${seed})`, () => {
  it(`writes what the twin writes, ${cases} times`, async () => {
    assert.equal(checkDumpRows(await createTestKernels(), seed, cases), cases);
  });
});
