import assert from 'node:assert/strict';
import { XorEncoder } from '../../src/kernels/index.js';
import { createTestKernels } from '../support/kernels.js';
import { compareXorAppend } from './xor-append-cases.js';

describe('the kernel that writes XOR chunks', () => {
  it('writes the bytes that its twin writes (seed 7)', async () => {
    compareXorAppend(await createTestKernels(), { cases: 4000, seed: 7 });
  });

  it('writes changes of delta at the edges of each code as its twin does', async () => {
    const kernels = await createTestKernels();
    const edges = [0, 1, 8191, 8192, 8193, 65_535, 65_536, 65_537, 524_287, 524_288, 524_289, 2 ** 40];
    const at = kernels.alloc(256);
    for (const dod of edges.flatMap((edge) => [edge, -edge])) {
      const encoder = new XorEncoder();
      [0, 2 ** 41, 2 ** 42 + dod].forEach((timestampMs, row) => {
        kernels.doubles[(at >>> 3) + row] = timestampMs;
        kernels.doubles[(at >>> 3) + 4 + row] = 0;
        encoder.append(timestampMs, 0, 0);
      });
      const length = kernels.exports.xorEncode(at, at + 32, 3, at + 64, 128);
      const bytes = kernels.bytes.slice(at + 64, at + 64 + length);
      assert.deepEqual(bytes, new Uint8Array(encoder.bytes), `${dod} ms`);
    }
  });

  it('answers 0 where the block is too small', async () => {
    const kernels = await createTestKernels();
    const at = kernels.alloc(1024);
    for (let i = 0; i < 64; i++) kernels.doubles[(at >>> 3) + i] = i * 1.1;
    assert.equal(kernels.exports.xorEncode(at, at + 256, 32, at + 512, 64), 0);
    assert.ok(kernels.exports.xorEncode(at, at + 256, 32, at + 512, 512) > 64);
  });
});
