import assert from 'node:assert/strict';
import { type ChunkEncoding, chunkEncoding, encodeFloats } from '../../../src/chunkenc/index.js';
import { KernelScope } from '../../../src/kernels/index.js';
import { readChunk } from '../../../src/storage/index.js';
import { KernelColumnWriter } from '../../../src/tsdb/select/index.js';
import { AllocationWatch } from '../../support/fuzz/allocations.js';
import { createTestKernels } from '../../support/kernels.js';

const rows = 2000;

describe('chunks whose samples take next to no bits', () => {
  for (const encoding of [chunkEncoding.xor, chunkEncoding.xor2]) {
    it(`of encoding ${encoding} keep all of them in columns`, async () => {
      const timestamps = Float64Array.from({ length: rows }, (_, row) => 1e12 + row * 15_000);
      const columns = { timestamps, values: new Float64Array(rows).fill(1) };
      const bytes = encodeFloats(encoding, columns, 0, rows);
      assert.deepEqual(readChunk({ encoding, bytes }).columns(0, rows).timestamps.slice(0, rows), timestamps);
      const scope = new KernelScope(await createTestKernels());
      const window = { mintMs: Number.NEGATIVE_INFINITY, maxtMs: Number.POSITIVE_INFINITY };
      const writer = new KernelColumnWriter(scope, window);
      const at = scope.alloc(bytes.length + 16);
      scope.kernels.bytes.set(bytes, at);
      assert.equal(writer.appendChunk(encoding, at, bytes.length), 0);
      assert.equal(writer.columns.length, rows);
      assert.deepEqual(writer.columns.timestamps.slice(0, rows), timestamps);
      writer.close();
      scope.close();
    });
  }
});

describe('chunks whose header counts more samples than they have bits', () => {
  const lying: [encoding: ChunkEncoding, bytes: Uint8Array][] = [
    [chunkEncoding.xor, Uint8Array.of(0xff, 0xff, 0, 0, 0)],
    [chunkEncoding.xor2, Uint8Array.of(0xff, 0xff, 0, 0, 0)],
    [chunkEncoding.histogram, Uint8Array.of(0xff, 0xff, 0, 0, 0)],
  ];
  for (const [encoding, bytes] of lying) {
    it(`of encoding ${encoding} are not made room for`, () => {
      const watch = new AllocationWatch();
      watch.start();
      try {
        assert.throws(() => readChunk({ encoding, bytes }), /corruption in "chunk"/);
      } finally {
        watch.stop();
      }
      assert.ok(watch.largestBytes < 1000, `${watch.largestBytes}`);
    });
  }
});
