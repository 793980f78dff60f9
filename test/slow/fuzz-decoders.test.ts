import { fuzzDecoders } from '../support/fuzz/decoders.js';
import { reportLine, runFuzz } from '../support/fuzz/run-fuzz.js';
import { createTestKernels } from '../support/kernels.js';

const inputs = Number(process.env.TSPROM_FUZZ_INPUTS ?? 1_000_000);
const seed = Number(process.env.SEED ?? 20_263);
/** A regular expression: decoders of other names are left out. */
const only = new RegExp(process.env.TSPROM_FUZZ_ONLY ?? '');

const decoders = await fuzzDecoders(await createTestKernels());

describe(`decoders of bytes on disk, ${inputs} fuzzed inputs each (seed ${seed})`, () => {
  for (const decoder of decoders.filter(({ name }) => only.test(name))) {
    it(`answers a value or a named error: ${decoder.name}`, async function () {
      this.timeout(1_800_000);
      const report = await runFuzz(decoder, seed, inputs);
      process.stdout.write(`      ${reportLine(report)}\n`);
    });
  }
});
