import { fuzzDecoders } from '../support/fuzz/decoders.js';
import { runFuzz } from '../support/fuzz/run-fuzz.js';
import { createTestKernels } from '../support/kernels.js';

const inputs = 2000;
const seed = Number(process.env.SEED ?? 20_264);

const decoders = await fuzzDecoders(await createTestKernels());

describe(`decoders of bytes on disk, ${inputs} fuzzed inputs each (seed ${seed})`, () => {
  for (const decoder of decoders) {
    it(`answers a value or a named error: ${decoder.name}`, async () => {
      await runFuzz(decoder, seed, inputs);
    });
  }
});
