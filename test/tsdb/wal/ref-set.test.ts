import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { RefSet } from '../../../src/tsdb/wal/ref-set.js';

describe('a set of series references', () => {
  it('holds what a Set holds, near and far, beyond 32 bits too', () => {
    const seed = 20261123;
    const random = seededRandom(seed);
    const refs = Array.from({ length: 400 }, (_, i) => [
      i,
      32_766 + i,
      2 ** 31 - 3 + i,
      2 ** 40 + i * 31,
    ]).flat();
    const expected = new Set<number>();
    const set = new RefSet();
    for (let i = 0; i < 20_000; i++) {
      const ref = refs[Math.floor(random.float() * refs.length)] as number;
      assert.equal(set.has(ref), expected.has(ref), `seed ${seed}, step ${i}`);
      if (random.float() < 0.5) {
        assert.equal(set.add(ref), !expected.has(ref));
        expected.add(ref);
      } else {
        set.delete(ref);
        expected.delete(ref);
      }
      assert.equal(set.size, expected.size);
    }
    for (const ref of refs) assert.equal(set.has(ref), expected.has(ref));
  });
});
