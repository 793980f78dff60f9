import assert from 'node:assert/strict';
import { bucketFraction, bucketQuantile } from '../../../src/promql/functions/classic-quantile.js';
import { functionTable } from '../../../src/promql/functions/index.js';
import { parseBound } from '../../../src/promql/functions/parse-bound.js';
import { precedesNaturally } from '../../../src/promql/functions/sorting.js';
import { functionSignatures } from '../../../src/promql/parser/index.js';

/** Refused by name until native histograms and info() are there. */
const missing = ['end', 'histogram_stddev', 'histogram_stdvar', 'info', 'range', 'start', 'step'];

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
    const buckets = () => ({ bounds: [Number.POSITIVE_INFINITY, 1, 2], counts: [10, 4, 8] });
    assert.equal(bucketQuantile(0.6, buckets()).quantile, 1.5);
    assert.equal(bucketQuantile(0.9, buckets()).quantile, 2);
    assert.equal(bucketFraction(1, 2, buckets()), 0.4);
    assert.equal(bucketQuantile(0.5, { bounds: [1, 2], counts: [1, 2] }).quantile, Number.NaN);
  });

  it('raise counts that fall and say where', () => {
    const { forced } = bucketQuantile(0.5, { bounds: [1, 2, Number.POSITIVE_INFINITY], counts: [5, 3, 6] });
    assert.deepEqual(forced, { minBucket: 2, maxBucket: 2, maxDifference: 2 });
  });
});
