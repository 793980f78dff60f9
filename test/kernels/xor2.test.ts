import assert from 'node:assert/strict';
import { chunkFault, noRoomForChunk, Xor2Encoder } from '../../src/kernels/index.js';
import { createTestKernels, sharedKernels } from '../support/kernels.js';
import { checkXor2Decode, checkXor2Encode } from './xor2-cases.js';

const endless = Number.POSITIVE_INFINITY;

describe('kernels: XOR2 chunks into columns', () => {
  it('agrees with its twin on 4000 random chunks, whole and broken (seed 21)', async () => {
    assert.equal(checkXor2Decode(await sharedKernels(), 21, 4000), 4000);
  });

  it('writes 3000 random chunks as its twin does (seed 22)', async () => {
    assert.equal(checkXor2Encode(await sharedKernels(), 22, 3000), 3000);
  });

  const zeros = (count: number): number[] => new Array<number>(count).fill(0);
  const cases: [name: string, bytes: number[], rows: number, answer: number][] = [
    ['no bytes', [], 10, chunkFault.truncated],
    ['half a header', [0, 0], 10, chunkFault.truncated],
    ['a chunk without samples', [0, 0, 0], 0, 0],
    ['a header alone', [0, 1, 0], 10, chunkFault.truncated],
    ['a count that the size belies', [0xff, 0xff, 0, ...zeros(9)], 96, chunkFault.truncated],
    ['a varint without end', [0, 1, 0, ...new Array<number>(30).fill(0xff)], 400, chunkFault.truncated],
    ['a time of 2^52', [0, 1, 0, 128, 128, 128, 128, 128, 128, 128, 16, ...zeros(9)], 200, -2],
    ['a start that is missing', [0, 1, 0x80, ...zeros(9)], 200, chunkFault.truncated],
    ['columns that may not have the room', [0, 2, 0, ...zeros(11)], 1, noRoomForChunk],
    ['eight samples a byte', [0, 17, 0, ...zeros(12)], 17, 17],
  ];
  for (const [name, bytes, rows, answer] of cases) {
    it(`answers ${answer} for ${name}`, async () => {
      const kernels = await sharedKernels();
      const at = kernels.alloc(64);
      kernels.bytes.set(bytes, at);
      const columns = kernels.alloc(8192);
      const decode = (lastT: number): number =>
        kernels.exports.xor2Decode(
          at,
          bytes.length,
          columns,
          columns + 4096,
          0,
          0,
          rows,
          -endless,
          endless,
          lastT,
        );
      // All times are alike in the chunks that decode.
      const found = decode(-endless);
      const dropped = kernels.words[kernels.exports.xor2DecodeReport() / 4] as number;
      assert.equal(found < 0 ? found : found + dropped, answer);
      kernels.free(at, 64);
      kernels.free(columns, 8192);
    });
  }

  it('reads a chunk at the very end of the memory', async () => {
    const kernels = await createTestKernels(1 << 20);
    const encoder = new Xor2Encoder();
    for (let i = 0; i < 120; i++) encoder.append(1000 * i + (i % 3), i * 77, i * 1234567, i % 7);
    const at = kernels.bytes.length - encoder.bytes.length;
    kernels.bytes.set(encoder.bytes, at);
    const columns = kernels.alloc(131_072);
    const [values, starts] = [columns + 40_000, columns + 80_000];
    const { length } = encoder.bytes;
    assert.equal(
      kernels.exports.xor2Decode(at, length, columns, values, starts, 0, 5000, -endless, endless, -endless),
      120,
    );
  });
});
