import assert from 'node:assert/strict';
import type { BlockMeta } from '../../../src/tsdb/block/index.js';
import { blockRanges, planCompaction, splitByRange } from '../../../src/tsdb/compact/index.js';

interface Written {
  readonly level?: number;
  readonly failed?: boolean;
  readonly hints?: readonly string[];
  readonly series?: number;
  readonly tombstones?: number;
}

/** A block by its name and its times. */
function block(ulid: string, mintMs: number, endMs: number, written: Written = {}): BlockMeta {
  const { level = 1, failed, hints, series = 0, tombstones = 0 } = written;
  return {
    ulid,
    mintMs,
    endMs,
    stats: { numSeries: series, numTombstones: tombstones },
    compaction: {
      level,
      ...(failed === undefined ? {} : { failed }),
      ...(hints === undefined ? {} : { hints }),
    },
  };
}

const rangesMs = [20, 60, 180, 540, 1620];
const plan = (blocks: readonly BlockMeta[], mergesOverlaps = true): string =>
  planCompaction(blocks, { rangesMs, mergesOverlaps })
    .map(({ ulid }) => ulid)
    .join('');
/** Blocks of 20 from 0 on, named a, b, … */
const row = (count: number, from = 0): BlockMeta[] =>
  Array.from({ length: count }, (_, i) => {
    const startMs = from + i * 20;
    return block(String.fromCharCode(97 + startMs / 20), startMs, startMs + 20);
  });

describe('what blocks grow to', () => {
  it('is three times as long, up to the longest', () => {
    assert.deepEqual(blockRanges(7_200_000, 129_600_000), [7_200_000, 21_600_000, 64_800_000]);
    assert.deepEqual(blockRanges(20, 20), [20]);
    assert.equal(blockRanges(1, Number.POSITIVE_INFINITY).length, 10);
  });
});

describe('the plan of a compaction', () => {
  /** Source: tsdb/compact_test.go (TestLeveledCompactor_plan and its like): the rules, with blocks of our own. */
  const cases: readonly (readonly [string, readonly BlockMeta[], string])[] = [
    ['nothing', [], ''],
    ['one block', row(1), ''],
    ['a range that the newest block fills, which is left alone', row(3), ''],
    ['a range that is full, and a newer block', row(4), 'abc'],
    ['a range with a gap, and newer blocks', [...row(1), ...row(1, 40), ...row(2, 60)], 'ac'],
    ['a range with one block, and newer blocks', [...row(1, 40), ...row(2, 60)], ''],
    ['a range that is not full yet', row(2), ''],
    ['blocks that do not reach over a whole range, and the newest one beside them', row(3, 20), ''],
    ['the same, and a newer range', row(4, 20), 'bc'],
    [
      'blocks of the next range',
      [block('x', 0, 60, { level: 2 }), block('y', 60, 120, { level: 2 }), ...row(5, 120)],
      'ghi',
    ],
    [
      'three of the next range',
      [
        block('x', 0, 60, { level: 2 }),
        block('y', 60, 120, { level: 2 }),
        block('z', 120, 180, { level: 2 }),
        ...row(1, 180),
      ],
      'xyz',
    ],
    [
      'a block that failed, whose range is passed over',
      [block('a', 0, 20, { failed: true }), ...row(2, 20), ...row(2, 60)],
      '',
    ],
    [
      'a block that failed, and another full range',
      [block('a', 0, 20, { failed: true }), ...row(2, 20), ...row(4, 60)],
      'def',
    ],
    ['blocks out of line', [block('a', 0, 19), block('b', 19, 40), block('c', 40, 60), ...row(1, 60)], 'abc'],
    [
      'a block beyond its range',
      [block('a', 0, 70), block('b', 70, 80), block('c', 80, 90), ...row(2, 120)],
      'bc',
    ],
    [
      'late samples beyond all others, and some with a hint that is not known',
      [
        ...row(1),
        block('x', 20, 40, { hints: ['from,out-of-order'] }),
        block('y', 20, 40, { hints: ['from-out-of-order'] }),
      ],
      '',
    ],
    [
      'overlaps, whatever else there is',
      [...row(4), block('p', 70, 90), block('q', 85, 95), block('r', 95, 100)],
      'dpq',
    ],
    ['a block within another', [block('a', 0, 100), block('b', 20, 40), block('c', 50, 60)], 'abc'],
    [
      'two overlaps, the first',
      [block('a', 0, 20), block('b', 10, 30), ...row(1, 40), block('p', 50, 70)],
      'ab',
    ],
    ['the newest block overlapping', [...row(1), block('p', 10, 30)], 'ap'],
    ['times before 1970', [block('a', -60, -40), block('b', -40, -20), block('c', -20, 0), ...row(1)], 'abc'],
    [
      'a large block of which enough is deleted',
      [block('x', 0, 540, { series: 10, tombstones: 3 }), ...row(1, 540)],
      'x',
    ],
    [
      'a large block of which too little is deleted',
      [block('x', 0, 540, { series: 60, tombstones: 3 }), ...row(1, 540)],
      '',
    ],
    ['a large block, the newest', [block('x', 0, 540, { series: 10, tombstones: 10 })], ''],
    [
      'a small block of which some is deleted',
      [block('x', 120, 180, { series: 10, tombstones: 3 }), ...row(1, 180)],
      '',
    ],
    [
      'a small block of which all is deleted',
      [block('x', 120, 180, { series: 10, tombstones: 10 }), ...row(1, 180)],
      'x',
    ],
    [
      'blocks of stale series, which keep to themselves',
      [
        block('s', 0, 20, { hints: ['from-stale-series'] }),
        block('t', 0, 20, { hints: ['from-stale-series'] }),
        ...row(2),
      ],
      'st',
    ],
    [
      'the same, after the others',
      [
        block('s', 0, 20, { hints: ['from-stale-series'] }),
        block('t', 0, 20, { hints: ['from-stale-series'] }),
        ...row(4),
      ],
      'abc',
    ],
  ];
  for (const [name, blocks, expected] of cases)
    it(`for ${name}: ${expected === '' ? 'nothing' : expected}`, () => {
      assert.equal(plan(blocks), expected);
      assert.equal(plan(blocks.toReversed()), expected, 'in whatever order they come');
    });

  it('leaves overlaps alone where it is told to', () => {
    assert.equal(plan([...row(1), block('p', 10, 30), ...row(1, 40)], false), '');
  });

  it('ends, each compaction making fewer blocks', () => {
    let blocks: BlockMeta[] = row(200);
    let steps = 0;
    for (;;) {
      const found = planCompaction(blocks, { rangesMs, mergesOverlaps: true });
      if (found.length === 0) break;
      const made = block(`m${steps++}`, (found[0] as BlockMeta).mintMs, (found.at(-1) as BlockMeta).endMs);
      blocks = [...blocks.filter((one) => !found.includes(one)), made];
    }
    const sizes = blocks.map(({ mintMs, endMs }) => endMs - mintMs).sort((a, b) => b - a);
    assert.deepEqual(sizes, [1620, 1620, 540, 180, 20, 20]);
  });
});

describe('blocks by the range they lie in', () => {
  const cases: readonly (readonly [readonly (readonly [number, number])[], number, number[][]])[] = [
    [[], 60, []],
    [[[0, 20]], 60, [[0]]],
    [
      [
        [0, 20],
        [20, 60],
        [60, 80],
      ],
      60,
      [[0, 20], [60]],
    ],
    [
      [
        [0, 70],
        [70, 80],
      ],
      60,
      [[70]],
    ],
    [
      [
        [-60, -40],
        [-10, 0],
        [0, 10],
      ],
      60,
      [[-60, -10], [0]],
    ],
    [
      [
        [10, 20],
        [130, 140],
      ],
      60,
      [[10], [130]],
    ],
  ];
  for (const [times, rangeMs, expected] of cases)
    it(`${JSON.stringify(times)} in ranges of ${rangeMs}`, () => {
      const blocks = times.map(([mintMs, endMs]) => block('b', mintMs, endMs));
      const parts = splitByRange(blocks, rangeMs).map((part) => part.map(({ mintMs }) => mintMs));
      assert.deepEqual(parts, expected);
    });
});
