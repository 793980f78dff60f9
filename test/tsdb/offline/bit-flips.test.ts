import assert from 'node:assert/strict';
import { sharedKernels } from '../../support/kernels.js';
import { flipBits, subjects } from './bit-flips.js';

const cases = 150;
const seed = Number(process.env.SEED ?? 20264);

describe('files with one bit wrong', () => {
  for (const subject of subjects) {
    it(`${subject.name}: an error, or some of what is there (${cases} cases, seed ${seed})`, async function () {
      const flips = await flipBits(subject, { kernels: await sharedKernels(), cases, seed });
      if (flips === undefined) this.skip();
      assert.ok(flips.refused + flips.fewer > 0);
    });
  }
});
