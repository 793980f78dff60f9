import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { KernelBuffer, SnappyUnpacker, snappyDecompress } from '../../src/kernels/index.js';
import { createTestKernels } from '../support/kernels.js';
import { sharedPath } from '../support/shared.js';
import { checkCrc32c, checkFrames, checkSamples, checkSnappy, type LogCases } from './log-cases.js';

const seed = 20;

describe("the log's kernels do what their twins do", () => {
  const families: [name: string, check: LogCases, count: number][] = [
    ['checksums', checkCrc32c, 3000],
    ['snappy, sound and damaged', checkSnappy, 3000],
    ['records of float samples, sound and damaged', checkSamples, 5000],
    ['frames', checkFrames, 1000],
  ];
  for (const [name, check, count] of families) {
    it(`${name}: ${count} cases (seed ${seed})`, async () => {
      assert.equal(check(await createTestKernels(), seed, count), count);
    });
  }

  it('give every block back from a memory, as they found it', async () => {
    const kernels = await createTestKernels();
    const before = kernels.exports.arenaUsed(0);
    const unpacker = new SnappyUnpacker(kernels);
    const input = new KernelBuffer(kernels);
    const at = input.put(Uint8Array.of(3, 8, 1, 2, 3));
    assert.equal(unpacker.unpack(at, 5, 100), 3);
    assert.equal(unpacker.unpack(at, 5, 2), -1, 'more than allowed');
    unpacker.release();
    input.release();
    assert.equal(kernels.exports.arenaUsed(0), before);
  });

  it('unpack the bodies that were sent to a real server', async function () {
    const folder = sharedPath('corpus', 'tsdb', 'capture-ooo', 'ingest');
    if (folder === undefined) this.skip();
    const kernels = await createTestKernels();
    const input = new KernelBuffer(kernels);
    const unpacker = new SnappyUnpacker(kernels);
    let read = 0;
    for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' })) {
      if (!name.endsWith('.bin')) continue;
      const packed = readFileSync(path.join(folder, name));
      let expected: Uint8Array | undefined;
      try {
        expected = snappyDecompress(packed, 1 << 26);
      } catch {
        expected = undefined;
      }
      const length = unpacker.unpack(input.put(packed), packed.length, 1 << 26);
      assert.equal(length, expected?.length ?? -1, name);
      if (expected === undefined) continue;
      assert.equal(Buffer.compare(kernels.bytes.subarray(unpacker.at, unpacker.at + length), expected), 0);
      read++;
    }
    assert.ok(read > 0);
  });
});
