import assert from 'node:assert/strict';
import { seededRandom } from '../../../src/base/index.js';
import { largest } from '../../../src/tsdb/inspect/largest.js';
import { PairTable } from '../../../src/tsdb/inspect/pair-table.js';

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

describe(`counts by pairs (seed ${seed})`, () => {
  it('are those of a Map, whatever was expected and guessed', () => {
    const random = seededRandom(seed);
    const table = new PairTable(3);
    const known = new Map<string, { count: number; sum: number }>();
    for (let i = 0; i < 20_000; i++) {
      const [first, second, amount] = [random.uint32() % 50, random.uint32() % 200, random.uint32() % 1000];
      const pair = table.add(first, second, amount, random.uint32() % 100);
      assert.deepEqual([table.firsts[pair], table.seconds[pair]], [first, second]);
      const { count, sum } = known.get(`${first} ${second}`) ?? { count: 0, sum: 0 };
      known.set(`${first} ${second}`, { count: count + 1, sum: sum + amount });
    }
    assert.equal(table.size, known.size);
    for (let pair = 0; pair < table.size; pair++) {
      const expected = known.get(`${table.firsts[pair]} ${table.seconds[pair]}`);
      assert.deepEqual({ count: table.counts[pair], sum: table.sums[pair] }, expected);
    }
  });
});
