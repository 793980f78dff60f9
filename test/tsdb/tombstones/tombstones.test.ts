import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { CorruptionError, seededRandom } from '../../../src/base/index.js';
import {
  addInterval,
  type DeletedInterval,
  decodeTombstones,
  encodeTombstones,
  GatheredIntervals,
} from '../../../src/tsdb/tombstones/index.js';
import { corpusBlocks } from '../block/corpus-blocks.js';

const seed = Number(process.env.SEED ?? 20_265);

type Span = readonly [number, number];
const spans = (list: readonly DeletedInterval[]): Span[] =>
  list.map(({ mintMs, maxtMs }) => [mintMs, maxtMs]);

describe('tombstones', () => {
  const end = Number.POSITIVE_INFINITY;
  const cases: [have: Span[], added: Span, want: Span[]][] = [
    [[], [1, 2], [[1, 2]]],
    [[[1, 2]], [1, 2], [[1, 2]]],
    [
      [
        [1, 4],
        [6, 6],
      ],
      [5, 6],
      [[1, 6]],
    ],
    [
      [
        [1, 10],
        [12, 20],
        [25, 30],
      ],
      [21, 25],
      [
        [1, 10],
        [12, 30],
      ],
    ],
    [
      [
        [1, 10],
        [12, 20],
        [25, 30],
      ],
      [22, 23],
      [
        [1, 10],
        [12, 20],
        [22, 23],
        [25, 30],
      ],
    ],
    [
      [
        [5, 10],
        [12, 20],
        [25, 30],
      ],
      [1, 2],
      [
        [1, 2],
        [5, 10],
        [12, 20],
        [25, 30],
      ],
    ],
    [
      [
        [5, 10],
        [12, 20],
        [25, 30],
      ],
      [1, 4],
      [
        [1, 10],
        [12, 20],
        [25, 30],
      ],
    ],
    [
      [
        [5, 10],
        [12, 20],
        [25, 30],
      ],
      [11, 14],
      [
        [5, 20],
        [25, 30],
      ],
    ],
    [
      [
        [5, 10],
        [12, 20],
        [25, 30],
      ],
      [1, 40],
      [[1, 40]],
    ],
    [[[5, 10]], [-end, end], [[-end, end]]],
    [
      [
        [5, 10],
        [100, 200],
      ],
      [50, end],
      [
        [5, 10],
        [50, end],
      ],
    ],
    [[[1, 3]], [-end, 0], [[-end, 3]]],
  ];
  for (const [have, [mintMs, maxtMs], want] of cases) {
    it(`${JSON.stringify(have)} and ${mintMs} to ${maxtMs} make ${JSON.stringify(want)}`, () => {
      const intervals = have.map(([from, to]) => ({ mintMs: from, maxtMs: to }));
      assert.deepEqual(spans(addInterval(intervals, { mintMs, maxtMs })), want);
    });
  }

  for (const { name, directory } of corpusBlocks()) {
    const file = path.join(directory, 'tombstones');
    it(`of ${name} are written as they were`, function () {
      let bytes: Uint8Array;
      try {
        bytes = readFileSync(file);
      } catch {
        this.skip();
      }
      const tombstones = decodeTombstones(bytes, file);
      assert.deepEqual(encodeTombstones(tombstones), Uint8Array.from(bytes));
    });
  }

  it('keep times up to the ends of int64', () => {
    const intervals = [-end, -(2 ** 52), -65, -64, -1, 0, 1, 63, 64, 1e12, end].map((mintMs) => ({
      mintMs,
      maxtMs: Math.max(mintMs, 5),
    }));
    for (const [i, interval] of intervals.entries()) {
      const one = new Map([[i * 1000, [interval]]]);
      assert.deepEqual(decodeTombstones(encodeTombstones(one), 'file'), one);
    }
  });

  it(`gathered in any order are what adding them one by one makes (seed ${seed})`, () => {
    const random = seededRandom(seed);
    const below = (limit: number): number => Math.floor(random.float() * limit);
    for (let turn = 0; turn < 300; turn++) {
      const gathered = new GatheredIntervals();
      let expected: readonly DeletedInterval[] = [];
      for (let i = below(200); i > 0; i--) {
        const mintMs = below(20) === 0 ? -end : below(3000);
        const maxtMs = below(50) === 0 ? end : Math.max(mintMs, 0) + below(8);
        gathered.add({ mintMs, maxtMs });
        expected = addInterval(expected, { mintMs, maxtMs });
        if (below(30) === 0) assert.deepEqual(gathered.all, expected);
      }
      assert.deepEqual(gathered.all, expected);
    }
  });

  it('of one series may be many, in falling order', () => {
    const count = 200_000;
    const intervals = Array.from({ length: count }, (_, i) => ({
      mintMs: 10 * (count - i),
      maxtMs: 10 * (count - i) + 1,
    }));
    const decoded = decodeTombstones(encodeTombstones(new Map([[1, intervals]])), 'file');
    assert.deepEqual(decoded.get(1)?.length, count);
    assert.deepEqual(decoded.get(1)?.[0], { mintMs: 10, maxtMs: 11 });
  });

  it('that are damaged at any byte are refused', () => {
    const bytes = encodeTombstones(new Map([[7, [{ mintMs: 1000, maxtMs: 2000 }]]]));
    for (let at = 0; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at] = (damaged[at] as number) ^ 0x10;
      assert.throws(() => decodeTombstones(damaged, 'file'), CorruptionError);
      assert.throws(() => decodeTombstones(bytes.subarray(0, at), 'file'), CorruptionError);
    }
  });
});
