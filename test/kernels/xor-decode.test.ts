import assert from 'node:assert/strict';
import { chunkFault, KernelScope, noRoomForChunk, XorEncoder } from '../../src/kernels/index.js';
import { createTestKernels } from '../support/kernels.js';
import { checkXorDecode } from './xor-decode-cases.js';

const endless = Number.POSITIVE_INFINITY;

describe('kernels: XOR chunks into columns', () => {
  it('agrees with its twin on 3000 random chunks, whole and broken (seed 11)', async () => {
    assert.equal(checkXorDecode(await createTestKernels(), 11, 3000), 3000);
  });

  const cases: [name: string, bytes: number[], rows: number, answer: number][] = [
    ['no bytes', [], 10, chunkFault.truncated],
    ['half a header', [0], 10, chunkFault.truncated],
    ['a chunk without samples', [0, 0], 0, 0],
    ['a header alone', [0, 1], 10, chunkFault.truncated],
    ['a count that the size belies', [0xff, 0xff, 0, 0, 0, 0, 0, 0, 0, 0, 0], 44, chunkFault.truncated],
    ['a varint without end', [0, 1, ...new Array<number>(30).fill(0xff)], 200, chunkFault.truncated],
    [
      'a time of 2^52',
      [0, 1, 128, 128, 128, 128, 128, 128, 128, 16, ...new Array<number>(9).fill(0)],
      200,
      -2,
    ],
    ['columns that may not have the room', [0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0], 1, noRoomForChunk],
  ];
  for (const [name, bytes, rows, answer] of cases) {
    it(`answers ${answer} for ${name}`, async () => {
      const kernels = await createTestKernels();
      const at = kernels.alloc(64);
      kernels.bytes.set(bytes, at);
      const columns = kernels.alloc(4096);
      const found = kernels.exports.xorDecode(
        at,
        bytes.length,
        columns,
        columns + 2048,
        0,
        rows,
        -endless,
        endless,
        -endless,
      );
      assert.equal(found, answer);
    });
  }

  it('finds a delta with which a time wraps around', async () => {
    const bytes = Buffer.from(
      '000a80a0abfef962000000ff00000000d8c425c5eff73333333333337c0000000000493e0201c00000000000078000' +
        '0000000927c0400d555555555557f0000000000124f80800aaaaaaaaaaaafeffffffff00249f01007333333333333' +
        '7c0000000000493e02000cccccccccccd780000000000927c06dceaaaaaaaaaaa9f80000000000927c06cd3ffffff' +
        'ffffff7c0000000000493e0255555555555570',
      'hex',
    );
    const kernels = await createTestKernels();
    const at = kernels.alloc(256) + 64;
    kernels.bytes.set(bytes, at);
    const columns = kernels.alloc(4096);
    const into = [columns, columns + 2048, 0, 256, -endless, endless, -endless] as const;
    assert.equal(kernels.exports.xorDecode(at, bytes.length, ...into), chunkFault.outOfRange);
  });

  it('reads a chunk at the very end of the memory', async () => {
    const kernels = await createTestKernels(1 << 20);
    const encoder = new XorEncoder();
    for (let i = 0; i < 120; i++) encoder.append(1000 * i + (i % 3), i * 77, i * 1234567);
    const at = kernels.bytes.length - encoder.bytes.length;
    kernels.bytes.set(encoder.bytes, at);
    const columns = kernels.alloc(65_536);
    const found = kernels.exports.xorDecode(
      at,
      encoder.bytes.length,
      columns,
      columns + 32_768,
      0,
      4096,
      -endless,
      endless,
      -endless,
    );
    assert.equal(found, 120);
  });

  it('finds a steady delta that leads beyond what times may be', async () => {
    const kernels = await createTestKernels();
    const encoder = new XorEncoder();
    for (let i = 0; i < 20; i++) encoder.append(2 ** 50 - 20 * 2 ** 40 + i * 2 ** 40, 0, 0);
    // Bits of zero: the delta and the value stay.
    const bytes = [...encoder.bytes, 0, 0, 0, 0, 0, 0];
    bytes[1] = 40;
    const at = kernels.alloc(bytes.length);
    kernels.bytes.set(bytes, at);
    const columns = kernels.alloc(4096);
    const decode = (maxt: number): number =>
      kernels.exports.xorDecode(at, bytes.length, columns, columns + 2048, 0, 200, -endless, maxt, -endless);
    assert.equal(decode(endless), -2);
    assert.equal(decode(2 ** 50), -2);
    assert.equal(decode(2 ** 50 - 1), 20);
  });

  it('leaves out what a window cuts off at either end of a steady chunk', async () => {
    const kernels = await createTestKernels();
    const encoder = new XorEncoder();
    for (let i = 0; i < 120; i++) encoder.append(1000 * i, i < 60 ? 7 : i, 1);
    const at = kernels.alloc(encoder.bytes.length);
    kernels.bytes.set(encoder.bytes, at);
    const columns = kernels.alloc(4096);
    const decode = (mint: number, maxt: number): number[] => {
      const { exports } = kernels;
      const rows = exports.xorDecode(
        at,
        encoder.bytes.length,
        columns,
        columns + 2048,
        0,
        200,
        mint,
        maxt,
        -endless,
      );
      return [...kernels.doubles.subarray(columns >>> 3, (columns >>> 3) + rows)];
    };
    const times = (from: number, to: number): number[] =>
      Array.from({ length: to - from }, (_, i) => 1000 * (from + i));
    for (const from of [0, 1, 2, 30, 59, 60, 61, 119])
      for (const to of [from + 1, 2, 3, 31, 60, 61, 120])
        if (to > from)
          assert.deepEqual(decode(1000 * from - 500, 1000 * to - 500), times(from, to), `${from}-${to}`);
    assert.deepEqual(decode(200_000, endless), []);
    assert.deepEqual(decode(-endless, -1), []);
  });

  it('merges two runs; of equal times the first one stays', async () => {
    const kernels = await createTestKernels();
    const scope = new KernelScope(kernels);
    const [times, values, outTimes, outValues] = [0, 0, 0, 0].map(() => scope.alloc(256)) as [
      number,
      number,
      number,
      number,
    ];
    kernels.doubles.set([1, 3, 5, 2, 3, 9, 10], times / 8);
    kernels.doubles.set([10, 30, 50, -20, -30, -90, -100], values / 8);
    assert.equal(kernels.exports.mergeRuns(times, values, 3, 4, outTimes, outValues), 6);
    assert.deepEqual([...kernels.doubles.subarray(outTimes / 8, outTimes / 8 + 6)], [1, 2, 3, 5, 9, 10]);
    assert.deepEqual(
      [...kernels.doubles.subarray(outValues / 8, outValues / 8 + 6)],
      [10, -20, 30, 50, -90, -100],
    );
    assert.equal(kernels.exports.mergeRuns(times, values, 3, 0, outTimes, outValues), 3);
    scope.close();
  });
});
