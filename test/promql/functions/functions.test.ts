import assert from 'node:assert/strict';
import {
  addBucket,
  type Buckets,
  bucketFraction,
  bucketQuantile,
  newBuckets,
  type QuantileAnswer,
} from '../../../src/promql/functions/classic-quantile.js';
import { functionTable } from '../../../src/promql/functions/index.js';
import { parseBound } from '../../../src/promql/functions/parse-bound.js';
import { precedesNaturally } from '../../../src/promql/functions/sorting.js';
import { functionSignatures } from '../../../src/promql/parser/index.js';

/** The planner's own. */
const missing = ['end', 'info', 'range', 'start', 'step'];

function bucketsOf(bounds: readonly number[], counts: readonly number[]): Buckets {
  const buckets = newBuckets(bounds.length);
  bounds.forEach((bound, i) => {
    addBucket(buckets, bound, counts[i] as number);
  });
  return buckets;
}

function quantileIn(q: number, buckets: Buckets): QuantileAnswer {
  const answer: QuantileAnswer = { quantile: 0, forced: undefined };
  bucketQuantile(q, buckets, answer);
  return answer;
}

describe('functions', () => {
  it('are there, save for a few', () => {
    const { calls, windows } = functionTable();
    const absent = [...functionSignatures.keys()].filter((name) => !calls.has(name) && !windows.has(name));
    assert.deepEqual(absent.sort(), missing);
  });

  const natural: [a: string, b: string, before: boolean][] = [
    ['a2', 'a10', true],
    ['a10', 'a2', false],
    ['a', 'b', true],
    ['host-9x', 'host-10x', true],
    ['007', '8', true],
    ['99999999999999999999', '1', false],
  ];
  for (const [a, b, before] of natural) {
    it(`sort ${a} ${before ? 'before' : 'behind'} ${b} by label`, () => {
      assert.equal(precedesNaturally(a, b), before);
    });
  }

  it('read bounds of buckets as Go reads floats', () => {
    const readable = ['0.1', '+Inf', '-inf', '1e3', '.5', '5.', 'NaN'].map(parseBound);
    assert.deepEqual(readable, [
      0.1,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      1000,
      0.5,
      5,
      Number.NaN,
    ]);
    for (const text of ['', ' 1', '1 ', 'one', '1e999', '0x', '-nan'])
      assert.equal(parseBound(text), undefined, text);
  });

  it('find quantiles and fractions between a bucket and the next', () => {
    const buckets = () => bucketsOf([1, 2, Number.POSITIVE_INFINITY], [4, 8, 10]);
    assert.equal(quantileIn(0.6, buckets()).quantile, 1.5);
    assert.equal(quantileIn(0.9, buckets()).quantile, 2);
    assert.equal(bucketFraction(1, 2, buckets()), 0.4);
    assert.equal(quantileIn(0.5, bucketsOf([1, 2], [1, 2])).quantile, Number.NaN);
    assert.equal(quantileIn(Number.NaN, buckets()).quantile, Number.NaN);
  });

  it('add up buckets of one bound', () => {
    const { length, bounds, counts } = bucketsOf([1, 1, 2], [4, 3, 9]);
    assert.deepEqual([length, ...bounds.subarray(0, 2), ...counts.subarray(0, 2)], [2, 1, 2, 7, 9]);
  });

  it('raise counts that fall and say where', () => {
    const { forced } = quantileIn(0.5, bucketsOf([1, 2, Number.POSITIVE_INFINITY], [5, 3, 6]));
    assert.deepEqual(forced, { minBucket: 2, maxBucket: 2, maxDifference: 2 });
  });
});
