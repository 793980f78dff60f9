import assert from 'node:assert/strict';
import { seededRandom } from '../../src/base/index.js';
import { KernelMemoryError, KernelScope } from '../../src/kernels/index.js';
import { createTestKernels } from '../support/kernels.js';

describe('kernel memory', () => {
  const sizes: readonly [asked: number, given: number][] = [
    [1, 16],
    [16, 16],
    [17, 32],
    [128, 128],
    [129, 160],
    [192, 192],
    [193, 224],
    [257, 320],
    [1024, 1024],
    [1025, 1280],
    [65_537, 81_920],
  ];

  it('rounds a size up to its class, by a fourth at most', async () => {
    const { exports } = await createTestKernels();
    for (const [asked, given] of sizes) assert.equal(exports.arenaSize(asked), given, `${asked} bytes`);
  });

  it('never hands out bytes that are in use, and takes back what is freed (seed 41)', async () => {
    const kernels = await createTestKernels();
    const random = seededRandom(41);
    const start = kernels.exports.arenaUsed(0);
    const live: { at: number; size: number; mark: number }[] = [];
    for (let i = 0; i < 20_000; i++) {
      if (live.length > 200 || (live.length > 0 && random.float() < 0.4)) {
        const [block] = live.splice(Math.floor(random.float() * live.length), 1);
        if (block === undefined) continue;
        const { at, size, mark } = block;
        assert.equal(kernels.bytes[at], mark, 'first byte');
        assert.equal(kernels.bytes[at + size - 1], mark, 'last byte');
        kernels.free(at, size);
        continue;
      }
      const size = 1 + Math.floor(random.float() ** 4 * 50_000);
      const at = kernels.alloc(size);
      assert.equal(at % 16, 0);
      const mark = i & 0xff;
      kernels.bytes.fill(mark, at, at + size);
      live.push({ at, size, mark });
    }
    for (const { at, size } of live) kernels.free(at, size);
    assert.equal(kernels.exports.arenaUsed(0), start);
  });

  it('makes blocks of any size of what was donated before it touches more memory', async () => {
    const kernels = await createTestKernels();
    const { exports } = kernels;
    const before = exports.arenaUsed(0);
    const donated = [kernels.alloc(1 << 16), kernels.alloc(1 << 16)];
    const untouched = exports.arenaRemaining() >>> 0;
    for (const at of donated) exports.arenaDonate(at, 1 << 16);
    assert.equal(exports.arenaUsed(0), before);
    const blocks: { readonly at: number; readonly size: number }[] = [];
    const random = seededRandom(4);
    for (let bytes = 0; bytes < 120_000; ) {
      const size = exports.arenaSize(1 + Math.floor(random.float() * 900)) >>> 0;
      const at = kernels.alloc(size);
      assert.ok(donated.some((from) => at >= from && at + size <= from + (1 << 16)));
      assert.ok(!blocks.some((other) => at < other.at + other.size && other.at < at + size));
      blocks.push({ at, size });
      bytes += size;
    }
    assert.equal(exports.arenaRemaining() >>> 0, untouched);
    const large = kernels.alloc(1 << 17);
    assert.ok(!donated.some((from) => large >= from && large < from + (1 << 16)), 'too large for them');
    for (const { at, size } of blocks) kernels.free(at, size);
    kernels.free(large, 1 << 17);
    assert.equal(exports.arenaUsed(0), before);
  });

  it('grows its memory until the limit and then refuses by name', async () => {
    const kernels = await createTestKernels(4 << 20);
    const first = kernels.alloc(1 << 20);
    kernels.bytes[first + (1 << 20) - 1] = 7;
    assert.throws(() => kernels.alloc(8 << 20), KernelMemoryError);
    assert.equal(kernels.bytes[first + (1 << 20) - 1], 7);
  });

  it('gives back all that a scope holds, and keeps it to its budget', async () => {
    const kernels = await createTestKernels();
    const before = kernels.exports.arenaUsed(0);
    const scope = new KernelScope(kernels, 1000);
    const at = scope.alloc(600);
    assert.throws(() => scope.alloc(600), KernelMemoryError);
    scope.free(at);
    scope.alloc(900);
    assert.equal(scope.heldBytes, 900);
    scope.close();
    assert.equal(kernels.exports.arenaUsed(0), before);
  });
});
