import assert from 'node:assert/strict';
import {
  bucketDeltas,
  bucketsOfDeltas,
  compactHistogram,
  copyHistogram,
  equalBounds,
  equalHistograms,
  exponentialBound,
  formatHistogram,
  type Histogram,
  type HistogramBucket,
  sideBuckets,
  toFloatHistogram,
  validateHistogram,
} from '../../src/model/index.js';
import { casesOf, numberOf, readCorpus, type Table } from '../base/corpus-tables.js';
import { histogramOf, type TableHistogram } from './histogram-tables.js';

interface TableBucket {
  readonly Lower?: number | string;
  readonly Upper?: number | string;
  readonly Count?: number;
  readonly LowerInclusive?: boolean;
  readonly UpperInclusive?: boolean;
  readonly Index?: number;
}

function bucketOf(bucket: TableBucket): HistogramBucket {
  return {
    index: bucket.Index ?? 0,
    lower: numberOf(bucket.Lower),
    upper: numberOf(bucket.Upper),
    lowerInclusive: bucket.LowerInclusive ?? false,
    upperInclusive: bucket.UpperInclusive ?? false,
    count: bucket.Count ?? 0,
  };
}

const plain: Histogram = histogramOf({
  $type: 'Histogram',
  Count: 7,
  Sum: 1.5,
  ZeroThreshold: 0.001,
  PositiveSpans: [{ values: [-1, 2] }, { values: [1, 1] }],
  PositiveBuckets: [1, 2, -1],
  NegativeSpans: [{ values: [0, 1] }],
  NegativeBuckets: [1],
});

describe('histograms', () => {
  const tables = readCorpus<Table<unknown>[]>('promqltest', 'histograms', 'upstream-test-tables.json');

  it('are judged as upstream judges them, integers and doubles', function () {
    if (!tables) this.skip();
    type Case = { h: TableHistogram; errMsg?: string; skipFloat?: boolean };
    const cases = casesOf<Case>(tables, 'TestHistogramValidation');
    assert.ok(Object.keys(cases).length > 20);
    for (const [name, { h, errMsg, skipFloat }] of Object.entries(cases)) {
      const histogram = histogramOf(h);
      assert.equal(validateHistogram(histogram), errMsg, name);
      if (!skipFloat) assert.equal(validateHistogram(toFloatHistogram(histogram)), errMsg, name);
    }
    type Negative = { name: string; fh: TableHistogram };
    for (const { name, fh } of casesOf<Negative>(tables, 'TestFloatHistogramValidateNegativeHistogram')) {
      assert.match(validateHistogram(histogramOf(fh)) ?? '', /negative/, name);
    }
  });

  it('are compacted as upstream compacts them', function () {
    if (!tables) this.skip();
    type Case = { name: string; in: TableHistogram; maxEmptyBuckets: number; expected: TableHistogram };
    for (const test of ['TestHistogramCompact', 'TestFloatHistogramCompact']) {
      for (const { name, in: given, maxEmptyBuckets, expected } of casesOf<Case>(tables, test)) {
        const before = histogramOf(given);
        assert.deepEqual(
          compactHistogram(before, maxEmptyBuckets),
          histogramOf(expected),
          `${test}: ${name}`,
        );
        assert.deepEqual(before, histogramOf(given), `${test}: ${name} changed what it was given`);
      }
    }
  });

  it('are printed as upstream prints them', function () {
    if (!tables) this.skip();
    for (const row of casesOf<{ histogram: TableHistogram; expectedString: string }>(
      tables,
      'TestHistogramString',
    )) {
      assert.equal(formatHistogram(histogramOf(row.histogram)), row.expectedString);
    }
    for (const row of casesOf<{ fh: TableHistogram; expected: string }>(tables, 'TestFloatHistogramString')) {
      assert.equal(formatHistogram(histogramOf(row.fh)), row.expected);
    }
  });

  it('have the buckets that upstream walks over', function () {
    if (!tables) this.skip();
    interface Case {
      readonly histogram: TableHistogram;
      readonly expectedPositiveBuckets: readonly TableBucket[];
      readonly expectedNegativeBuckets: readonly TableBucket[];
    }
    for (const row of casesOf<Case>(tables, 'TestRegularBucketIterator')) {
      const histogram = histogramOf(row.histogram);
      assert.deepEqual(sideBuckets(histogram, 'positive'), row.expectedPositiveBuckets.map(bucketOf));
      assert.deepEqual(sideBuckets(histogram, 'negative'), row.expectedNegativeBuckets.map(bucketOf));
    }
    type Bound = { idx: number; schema: number; want: number | string };
    for (const { idx, schema, want } of casesOf<Bound>(tables, 'TestGetBoundExponential')) {
      const expected = want === 'math.MaxFloat64' ? Number.MAX_VALUE : numberOf(want);
      assert.equal(exponentialBound(idx, schema), expected, `${idx} of schema ${schema}`);
    }
  });

  it('are copied whole', function () {
    if (!tables) this.skip();
    type Case = { name: string; orig: TableHistogram; expected: TableHistogram };
    for (const test of [
      'TestHistogramCopy',
      'TestFloatHistogramCopy',
      'TestHistogramCopyTo',
      'TestFloatHistogramCopyTo',
    ]) {
      for (const { name, orig, expected } of casesOf<Case>(tables, test)) {
        const original = histogramOf(orig);
        const copy = copyHistogram(original);
        assert.deepEqual(copy, histogramOf(expected), name);
        assert.notEqual(copy.positiveBuckets, original.positiveBuckets);
        assert.notEqual(copy.negativeSpans, original.negativeSpans);
      }
    }
  });

  it('have the same custom bounds where upstream says so', function () {
    if (!tables) this.skip();
    type Case = { name: string; c1: number[] | null; c2: number[] | null; want: boolean };
    for (const { name, c1, c2, want } of casesOf<Case>(tables, 'TestCustomBucketBoundsMatch')) {
      assert.equal(
        equalBounds(c1 ? Float64Array.from(c1) : undefined, c2 ? Float64Array.from(c2) : undefined),
        want,
        name,
      );
    }
  });

  it('are equal where every bucket is, however the spans are cut by empty ones', () => {
    const { positiveSpans } = plain;
    const spans = [
      { offset: -3, length: 0 },
      { offset: 2, length: 2 },
      { offset: 1, length: 0 },
      { offset: 0, length: 1 },
      { offset: 5, length: 0 },
    ];
    assert.ok(equalHistograms(plain, { ...plain, positiveSpans: spans, counterResetHint: 'gauge' }));
    const different: Partial<Histogram>[] = [
      { positiveSpans: positiveSpans.slice(1) },
      {
        positiveSpans: [
          { offset: 0, length: 2 },
          { offset: 1, length: 1 },
        ],
      },
      { positiveBuckets: Float64Array.of(1, 3, 3) },
      { sum: -0 },
      { sum: Number.NaN },
      { count: 8 },
      { zeroCount: 1 },
      { zeroThreshold: 0 },
      { schema: 1 },
      { stale: true },
      { integer: false },
    ];
    for (const change of different)
      assert.ok(!equalHistograms(plain, { ...plain, ...change }), JSON.stringify(change));
    assert.ok(equalHistograms({ ...plain, sum: Number.NaN }, { ...plain, sum: Number.NaN }));
  });

  it('turn counts into differences and back', () => {
    const counts = Float64Array.of(3, 1, 4, 0, 9);
    assert.deepEqual(bucketDeltas(counts), Float64Array.of(3, -2, 3, -4, 9));
    assert.deepEqual(bucketsOfDeltas(bucketDeltas(counts)), counts);
    assert.equal(toFloatHistogram(plain).integer, false);
  });
});
