import assert from 'node:assert/strict';
import {
  chunkOpening,
  HistogramChunkWriter,
  HistogramRowsReader,
  histogramEncoding,
} from '../../src/chunkenc/index.js';
import { chunkFault, KernelScope, Kernels, reserveMemory } from '../../src/kernels/index.js';
import type { Histogram } from '../../src/model/index.js';
import { kernelModule, sharedKernels } from '../support/kernels.js';
import { checkHistogramEncode } from './histogram-encode-cases.js';
import { checkHistogramRows } from './histogram-rows-cases.js';

const memoryBytes = 8 << 20;
const allTime = { mintMs: Number.NEGATIVE_INFINITY, maxtMs: Number.POSITIVE_INFINITY };

function counter(i: number, integer: boolean, buckets: number): Histogram {
  return {
    integer,
    counterResetHint: 'unknown',
    schema: 3,
    zeroThreshold: 2 ** -128,
    zeroCount: i,
    count: 100 * i,
    sum: 1.5 * i,
    stale: false,
    positiveSpans: [{ offset: -3, length: buckets }],
    negativeSpans: [],
    positiveBuckets: Float64Array.from({ length: buckets }, (_, bucket) => i * bucket),
    negativeBuckets: new Float64Array(0),
    customValues: undefined,
  };
}

function chunkOf(integer: boolean, samples: number, buckets: number): Uint8Array {
  const writer = new HistogramChunkWriter(histogramEncoding({ integer, starts: false }));
  for (let i = 1; i <= samples; i++) {
    const sample = { timestampMs: 1000 * i, startTimestampMs: 0, histogram: counter(i, integer, buckets) };
    assert.equal(writer.append(sample), writer);
  }
  return writer.bytes.slice();
}

describe('histogram chunks into columns', () => {
  it('agree with the reader of single samples on 3000 random chunks, whole and broken (seed 31)', async () => {
    assert.equal(checkHistogramRows(await sharedKernels(), 31, 3000), 3000);
  });

  it('are written from columns as they are one sample at a time, 2000 random ones (seed 32)', async () => {
    assert.equal(checkHistogramEncode(await sharedKernels(), 32, 2000), 2000);
  });

  for (const [integer, encoding] of [
    [true, 2],
    [false, 3],
  ] as const) {
    it(`come in slices where there are many, encoding ${encoding}, at the end of the memory`, async () => {
      const memory = reserveMemory({ maxBytes: memoryBytes, initialBytes: memoryBytes });
      const kernels = new Kernels(await kernelModule(), memory);
      const scope = new KernelScope(kernels);
      const reader = new HistogramRowsReader(scope);
      const bytes = chunkOf(integer, 700, 160);
      const at = kernels.bytes.length - bytes.length;
      kernels.bytes.set(bytes, at);
      assert.equal(reader.open(encoding, at, bytes.length, allTime), chunkOpening.columns);
      let slices = 0;
      let next = 1;
      for (let rows = reader.next(); rows !== undefined; rows = reader.next()) {
        slices++;
        for (let row = 0; row < rows.length; row++, next++) {
          assert.equal(rows.timestamps[row], 1000 * next);
          assert.equal(rows.counts[row], 100 * next);
          assert.equal(rows.buckets[160 * row + 159], 159 * next);
        }
      }
      assert.equal(next, 701);
      assert.ok(slices > 2, `${slices} slices`);
      assert.equal(reader.fault, 0);
      reader.close();
      assert.equal(scope.heldBytes, 0);
    });
  }

  it('claim no memory that their bytes do not pay for', async () => {
    const scope = new KernelScope(await sharedKernels());
    const reader = new HistogramRowsReader(scope);
    // One span of four thousand million buckets: zero threshold, schema, count of spans, length.
    const lie = [0, 1, 0, 0, 0b0_10_001_11, 0b111110_11, 255, 255, 255, 255, 255, 255, 0, 0];
    const at = scope.alloc(64);
    scope.kernels.bytes.set(lie, at);
    for (const encoding of [2, 3, 5, 6] as const)
      assert.equal(reader.open(encoding, at, lie.length, allTime), chunkFault.truncated);
    for (let length = 0; length < 3; length++)
      assert.equal(reader.open(2, at, length, allTime), chunkFault.truncated);
    assert.equal(scope.heldBytes, 64);
    scope.close();
  });
});
