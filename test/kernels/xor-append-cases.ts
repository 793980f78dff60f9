import assert from 'node:assert/strict';
import { seededRandom } from '../../src/base/index.js';
import { type Kernels, XorEncoder } from '../../src/kernels/index.js';

const mostRows = 400;

/** Chunks of random series, the kernel's and the twin's byte for byte. */
export function compareXorAppend(kernels: Kernels, options: { cases: number; seed: number }): void {
  const random = seededRandom(options.seed);
  const below = (limit: number): number => Math.floor(random.float() * limit);
  const capacity = 32 + mostRows * 24;
  const columns = kernels.alloc(mostRows * 16);
  const out = kernels.alloc(capacity);
  const valuesAt = columns + mostRows * 8;
  for (let each = 0; each < options.cases; each++) {
    const rows = 1 + below(each % 50 === 0 ? mostRows : 12);
    const encoder = new XorEncoder();
    let timestampMs = [0, 1.6e12, -1e12, 2 ** 50 - 2 ** 46, -(2 ** 50)][below(5)] as number;
    let delta = [1, 1000, 15_000][below(3)] as number;
    const kind = below(6);
    let low = below(2 ** 32);
    let high = below(2 ** 32);
    for (let row = 0; row < rows; row++) {
      ({ low, high } = nextValue(kind, { low, high }, below));
      kernels.doubles[(columns >>> 3) + row] = timestampMs;
      kernels.words[(valuesAt >>> 2) + 2 * row] = low;
      kernels.words[(valuesAt >>> 2) + 2 * row + 1] = high;
      assert.ok(encoder.append(timestampMs, low, high));
      if (below(4) === 0) delta = Math.max(1, delta + below(2 ** below(33)) - below(2 ** below(33)));
      timestampMs += Math.min(delta, (2 ** 50 - timestampMs) / 2);
      timestampMs = Math.floor(timestampMs);
    }
    const length = kernels.exports.xorEncode(columns, valuesAt, rows, out, capacity);
    const bytes = kernels.bytes.slice(out, out + length);
    assert.deepEqual(bytes, new Uint8Array(encoder.bytes), `case ${each} of seed ${options.seed}`);
  }
  kernels.free(columns, mostRows * 16);
  kernels.free(out, capacity);
}

interface Value {
  readonly low: number;
  readonly high: number;
}

/** Random bits, few bits, the same, counters, NaNs of any payload. */
function nextValue(kind: number, { low, high }: Value, below: (limit: number) => number): Value {
  switch (kind) {
    case 0:
      return { low: below(2 ** 32), high: below(2 ** 32) };
    case 1:
      return below(3) === 0 ? { low, high: (high ^ (1 << below(32))) >>> 0 } : { low, high };
    case 2:
      return below(2) === 0 ? { low: (low ^ (below(256) << below(24))) >>> 0, high } : { low, high };
    case 3:
      return { low: below(2) === 0 ? 2 : below(2 ** 32), high: 0x7ff00000 };
    case 4: {
      const float = new Float64Array([below(1000)]);
      const words = new Uint32Array(float.buffer);
      return { low: words[0] as number, high: words[1] as number };
    }
    default:
      return { low, high };
  }
}
