import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { goSort } from '../../../src/promql/functions/go-sort.js';

/** Inputs on which quicksorts go wrong: sorted, reversed, few values, saws. */
const shapes: Readonly<Record<string, (i: number, length: number, random: () => number) => number>> = {
  random: (_i, _length, random) => random(),
  sorted: (i) => i,
  reversed: (i) => -i,
  'of few values': (_i, _length, random) => random() % 4,
  'of one value': () => 7,
  'like a saw': (i) => i % 17,
  'nearly sorted': (i, length, random) => (random() % 10 === 0 ? random() % length : i),
  'rising, then falling': (i, length) => Math.min(i, length - i),
};

describe('the order of Go’s sort', () => {
  for (const [name, shape] of Object.entries(shapes)) {
    it(`is one where it is consistent, of items ${name} (seed 1)`, () => {
      const random = seededRandom(1);
      for (const length of [0, 1, 2, 11, 12, 13, 49, 50, 51, 200, 3000]) {
        const items = Array.from({ length }, (_, i) => ({ key: shape(i, length, () => random.uint32()), i }));
        const sorted = [...items];
        goSort(sorted, (a, b) => a.key < b.key);
        const keys = sorted.map(({ key }) => key);
        assert.deepEqual(
          keys,
          items.map(({ key }) => key).sort((a, b) => a - b),
        );
        assert.equal(new Set(sorted).size, length);
      }
    });
  }

  it('leaves up to twelve equal items as they are, and not more where they must be parted', () => {
    const order = (length: number): number[] => {
      const items = Array.from({ length }, (_, i) => ({ key: i % 2, i }));
      goSort(items, (a, b) => a.key < b.key);
      return items.filter(({ key }) => key === 0).map(({ i }) => i);
    };
    assert.deepEqual(order(12), [0, 2, 4, 6, 8, 10]);
    assert.notDeepEqual(
      order(60),
      [...order(60)].sort((a, b) => a - b),
    );
  });

  it('ends where the order is none', () => {
    const random = seededRandom(2);
    const items = Array.from({ length: 2000 }, (_, i) => i);
    goSort(items, () => random.uint32() % 2 === 0);
    assert.equal(new Set(items).size, 2000);
  });
});
