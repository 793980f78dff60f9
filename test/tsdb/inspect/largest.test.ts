import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { largest } from '../../../src/tsdb/inspect/largest.js';

const seed = Number(process.env.SEED ?? 20261122);

describe(`lists of the largest (seed ${seed})`, () => {
  const cases: readonly { figures: number[]; limit: number; expected: number[] }[] = [
    { figures: [], limit: 3, expected: [] },
    { figures: [1, 2, 3], limit: 0, expected: [] },
    { figures: [1, 2, 3], limit: -1, expected: [] },
    { figures: [5, 7, 5, 7, 5], limit: 3, expected: [1, 3, 0] },
    { figures: [1, 1, 1], limit: 9, expected: [0, 1, 2] },
  ];
  it('begin with the largest, equals in their order', () => {
    for (const { figures, limit, expected } of cases)
      assert.deepEqual(
        largest(figures.length, limit, (i) => figures[i] as number),
        expected,
      );
  });

  it('are the same whether sorted or inserted', () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 300; round++) {
      const figures = Array.from({ length: random.uint32() % 300 }, () => random.uint32() % 20);
      const sorted = figures
        .map((_, i) => i)
        .sort((a, b) => (figures[b] as number) - (figures[a] as number) || a - b);
      for (const limit of [1, 20, 128, 129, 1000])
        assert.deepEqual(
          largest(figures.length, limit, (i) => figures[i] as number),
          sorted.slice(0, limit),
        );
    }
  });
});
