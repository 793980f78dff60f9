import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { sharedKernels } from '../../support/kernels.js';
import { sharedPath } from '../../support/shared.js';
import { damagesOf, flipBits, flipTargets, headersOf, isExplained } from './flip-bits.js';
import { MemoryDisk } from './memory-disk.js';

const seed = Number(process.env.SEED ?? 20261);
const count = 2500;

describe('tsdb verify: flipped bits', () => {
  it(`finds each of ${count} in blocks, logs and head chunks, or the data say why not (seed ${seed})`, async function () {
    const targets = flipTargets();
    if (targets.length === 0) this.skip();
    const { missed } = await flipBits({
      targets,
      count,
      seed,
      kernels: await sharedKernels(),
      mostBytes: 200_000,
    });
    const wrong = missed.filter((flip) => !isExplained(flip));
    assert.deepEqual(
      wrong.map(({ file, offset, bit }) => `${file}:${offset}.${bit}`),
      [],
    );
  });

  it('finds what is wrong in every header of a fragment, but for the bits that nobody reads', async function () {
    const data = sharedPath('corpus', 'tsdb', 'capture-ooo', 'data', 'wbl');
    if (data === undefined) this.skip();
    const memory = new MemoryDisk().load(data as string);
    const kernels = await sharedKernels();
    for (const [file, bytes] of memory.files) {
      for (const offset of headersOf(bytes).keys()) {
        for (let bit = 0; bit < 8; bit++) {
          const byte = bytes[offset] as number;
          bytes[offset] = byte ^ (1 << bit);
          const isFound = (await damagesOf(memory.disk, data as string, kernels)).length > 0;
          bytes[offset] = byte;
          const place = `${file}:${offset}.${bit}`;
          assert.ok(
            isFound || isExplained({ file, offset, bit, byte, bytes }) || isTail(bytes, offset),
            place,
          );
        }
      }
    }
  });

  it('finds every bit of tombstones and of the table of contents', async function () {
    const block = sharedPath('corpus', 'tsdb', 'upstream', 'index_format_v1');
    if (block === undefined) this.skip();
    const memory = new MemoryDisk().load(block as string);
    const kernels = await sharedKernels();
    const index = memory.files.get(path.resolve(block as string, 'index')) as Uint8Array;
    assert.deepEqual(index, new Uint8Array(readFileSync(path.join(block as string, 'index'))));
    for (let offset = index.length - 52; offset < index.length; offset++) {
      index[offset] = (index[offset] as number) ^ 1;
      assert.notDeepEqual(await damagesOf(memory.disk, block as string, kernels), [], `offset ${offset}`);
      index[offset] = (index[offset] as number) ^ 1;
    }
  });
});

/** What pads the last page may look like a record that a crash cut off. */
function isTail(bytes: Uint8Array, offset: number): boolean {
  return bytes.length - offset <= 32_768 && bytes.subarray(offset).every((byte) => byte === 0);
}
