import { sharedKernels } from '../support/kernels.js';
import { flipBits, subjects } from '../tsdb/offline/bit-flips.js';

/** Of all files together. */
const cases = 100_000;

describe('files with one bit wrong, many cases', () => {
  for (const subject of subjects) {
    it(subject.name, async function () {
      this.timeout(1_800_000);
      const seed = 1 + Math.floor(Math.random() * 2 ** 31);
      const count = Math.ceil(cases / subjects.length);
      const flips = await flipBits(subject, { kernels: await sharedKernels(), cases: count, seed });
      if (flips === undefined) this.skip();
      const { refused, fewer } = flips;
      process.stdout.write(`      seed ${seed}, ${count} cases: ${refused} refused, ${fewer} with less\n`);
    });
  }
});
