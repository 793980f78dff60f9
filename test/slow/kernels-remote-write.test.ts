import { checkRequests } from '../remote/request-cases.js';
import { createTestKernels } from '../support/kernels.js';

const seed = Number(process.env.SEED ?? 1_022_026);
const count = 100_000;

describe(`kernels of remote write against their twin (SEED=${seed})`, () => {
  it(`reads ${count} messages, damaged ones among them, bit for bit`, async function () {
    this.timeout(600_000);
    const read = checkRequests(await createTestKernels(), { seed, count });
    process.stdout.write(`      ${count} cases, ${count - read} left to the twin, 0 mismatches\n`);
  });
});
