import assert from 'node:assert/strict';
import { aggregateOps, type Kernels } from '../../src/kernels/index.js';
import { createTestKernels } from '../support/kernels.js';
import { checkAggregation, checkRows, rowOps } from './row-cases.js';
import { checkLatest, checkWindows, windowCases } from './window-cases.js';

const seed = Number(process.env.SEED ?? 20261122);
const cases = 2000;

describe(`query kernels beside their twins (seed ${seed})`, () => {
  let kernels: Kernels;
  before(async () => {
    kernels = await createTestKernels();
  });

  for (const name of Object.keys(windowCases)) {
    it(`windows: ${name}`, () => {
      assert.equal(checkWindows(kernels, name, seed, cases), cases);
    });
  }
  it('windows: the latest sample, without stale markers', () => {
    assert.equal(checkLatest(kernels, seed, cases), cases);
  });
  for (const name of Object.keys(aggregateOps)) {
    it(`groups: ${name}`, () => {
      assert.equal(checkAggregation(kernels, name, seed, cases), cases);
    });
  }
  for (const name of rowOps) {
    it(`rows: ${name}`, () => {
      assert.equal(checkRows(kernels, name, seed, cases), cases);
    });
  }
});
