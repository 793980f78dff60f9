import assert from 'node:assert/strict';
import { encodeXor } from '../../../src/chunkenc/index.js';
import { readChunk } from '../../../src/storage/index.js';
import { dropDeleted } from '../../../src/tsdb/block/index.js';
import { addInterval, type DeletedInterval } from '../../../src/tsdb/tombstones/index.js';
import { upstreamCases } from '../../support/upstream-tables.js';

interface Case {
  readonly r: { readonly values: readonly { Mint: number; Maxt: number }[] };
}

describe('a chunk without what is deleted', () => {
  const times = Float64Array.from({ length: 1000 }, (_, i) => i);
  const whole = { encoding: 1, mintMs: 0, maxtMs: 999, bytes: encodeXor(times, times, 0, 1000) };

  it("holds the samples of upstream's table TestDeletedIterator", function () {
    const cases = upstreamCases<Case>('TestDeletedIterator');
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 10);
    for (const { r } of cases) {
      let intervals: readonly DeletedInterval[] = [];
      for (const { Mint, Maxt } of r.values)
        intervals = addInterval(intervals, { mintMs: Mint, maxtMs: Maxt });
      const kept = dropDeleted(whole, intervals).flatMap((chunk) => {
        const { length, timestamps } = readChunk(chunk);
        assert.deepEqual([chunk.mintMs, chunk.maxtMs], [timestamps[0], timestamps[length - 1]]);
        return [...timestamps.subarray(0, length)];
      });
      const expected = [...times].filter((t) => !r.values.some(({ Mint, Maxt }) => t >= Mint && t <= Maxt));
      assert.deepEqual(kept, expected, JSON.stringify(r.values));
    }
  });
});
