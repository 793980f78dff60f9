import assert from 'node:assert/strict';
import { type Random, seededRandom } from '../../../src/base/index.js';
import { bucketIndexes, type Histogram, spansOf } from '../../../src/model/index.js';
import { HistogramMean, HistogramSum } from '../../../src/promql/histograms/index.js';

type Side = Map<number, number>;

/** Of whole counts, so that sums are exact in any order. */
function randomHistogram(random: Random, schema: number): Histogram {
  const side = (): { spans: Histogram['positiveSpans']; buckets: Float64Array } => {
    const indexes = new Set<number>();
    for (let i = random.uint32() % 8; i > 0; i--) indexes.add((random.uint32() % 40) - 10);
    const sorted = Int32Array.from([...indexes].sort((a, b) => a - b));
    return { spans: spansOf(sorted), buckets: Float64Array.from(sorted, () => random.uint32() % 5) };
  };
  const [positive, negative] = [side(), side()];
  const zeroCount = random.uint32() % 4;
  const count = [...positive.buckets, ...negative.buckets].reduce((sum, each) => sum + each, zeroCount);
  return {
    ...{ integer: false, counterResetHint: 'unknown', schema, zeroThreshold: 2 ** -100, zeroCount, count },
    ...{ sum: count * 2, stale: false, customValues: undefined },
    ...{ positiveSpans: positive.spans, negativeSpans: negative.spans },
    ...{ positiveBuckets: positive.buckets, negativeBuckets: negative.buckets },
  };
}

/** Filled buckets by their index in a schema that is lower or the same. */
function bucketsIn(
  histogram: Histogram,
  side: 'positive' | 'negative',
  schema: number,
  into: Side,
  by = 1,
): Side {
  const [spans, buckets] =
    side === 'positive'
      ? [histogram.positiveSpans, histogram.positiveBuckets]
      : [histogram.negativeSpans, histogram.negativeBuckets];
  for (const [i, index] of bucketIndexes(spans, buckets.length).entries()) {
    const at = Math.ceil(index / 2 ** (histogram.schema - schema));
    into.set(at, (into.get(at) ?? 0) + by * (buckets[i] as number));
  }
  return into;
}

const filled = (side: Side): [number, number][] =>
  [...side].filter(([, count]) => count !== 0).sort(([a], [b]) => a - b);

describe('sums of native histograms', () => {
  it('are those of the buckets in the lowest schema, in any order (seed 1, 500 cases)', () => {
    const random = seededRandom(1);
    for (let turn = 0; turn < 500; turn++) {
      const signs: (1 | -1)[] = [1];
      const parts = Array.from({ length: 1 + (random.uint32() % 5) }, (_, i) => {
        if (i > 0) signs.push(random.uint32() % 4 === 0 ? -1 : 1);
        return randomHistogram(random, (random.uint32() % 4) - 1);
      });
      const sum = HistogramSum.of(parts[0] as Histogram);
      const compensates = random.uint32() % 2 === 0;
      for (const [i, part] of parts.entries())
        if (i > 0) sum.add(part, { sign: signs[i] as 1 | -1, compensates });
      sum.settle();
      const found = sum.histogram();
      const schema = Math.min(...parts.map((part) => part.schema));
      assert.equal(found.schema, schema);
      for (const side of ['positive', 'negative'] as const) {
        const wanted: Side = new Map();
        for (const [i, part] of parts.entries()) bucketsIn(part, side, schema, wanted, signs[i]);
        assert.deepEqual(filled(bucketsIn(found, side, schema, new Map())), filled(wanted));
      }
      const total = (of: (part: Histogram) => number): number =>
        parts.reduce((all, part, i) => all + (signs[i] as number) * of(part), 0);
      assert.equal(
        found.count,
        total(({ count }) => count),
      );
      assert.equal(
        found.sum,
        total((part) => part.sum),
      );
      assert.equal(
        found.zeroCount,
        total(({ zeroCount }) => zeroCount),
      );
    }
  });

  it('leave what is added as it was', () => {
    const random = seededRandom(2);
    const [first, second] = [randomHistogram(random, 2), randomHistogram(random, 0)];
    const before = structuredClone([first, second]);
    const sum = HistogramSum.of(first);
    sum.add(second, { compensates: true });
    sum.scale(3);
    sum.divide(0);
    assert.deepEqual([first, second], before);
    assert.deepEqual(sum.histogram().positiveSpans, []);
  });

  it('of exponential and of custom buckets there are none', () => {
    const custom = {
      ...randomHistogram(seededRandom(3), 0),
      schema: -53,
      customValues: Float64Array.of(1, 2),
    };
    const sum = HistogramSum.of(randomHistogram(seededRandom(4), 0));
    assert.equal(sum.add(custom).isIncompatible, true);
  });

  it('of custom buckets have the bounds that all have', () => {
    const custom = (bounds: readonly number[], counts: readonly number[]): Histogram => ({
      ...randomHistogram(seededRandom(5), 0),
      ...{ schema: -53, zeroCount: 0, negativeSpans: [], negativeBuckets: new Float64Array(0) },
      positiveSpans: [{ offset: 0, length: counts.length }],
      positiveBuckets: Float64Array.from(counts),
      customValues: Float64Array.from(bounds),
    });
    const sum = HistogramSum.of(custom([1, 2, 5], [1, 2, 3, 4]));
    assert.equal(sum.add(custom([2, 5, 9], [10, 20, 30, 40])).isReconciled, true);
    const { customValues, positiveBuckets } = sum.histogram();
    assert.deepEqual([...(customValues ?? [])], [2, 5]);
    assert.deepEqual([...positiveBuckets], [13, 23, 74]);
  });

  it('have a mean, where the sum is too great for a double too', () => {
    const big = { ...randomHistogram(seededRandom(6), 0), sum: 1.5e308 };
    const mean = new HistogramMean(big);
    for (let i = 0; i < 3; i++) mean.add(big);
    assert.equal(mean.histogram().sum, 1.5e308);
  });
});
