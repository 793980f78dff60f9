import assert from 'node:assert/strict';
import {
  chunkEncoding,
  HistogramChunkReader,
  HistogramChunkWriter,
  type HistogramEncoding,
  isIntegerEncoding,
  resetHeader,
} from '../../src/chunkenc/index.js';
import { bucketIndexes, customBucketsSchema, type Histogram, spansOf } from '../../src/model/index.js';

const { histogram, histogramWithStarts, floatHistogram, floatHistogramWithStarts } = chunkEncoding;
const encodings = [histogram, histogramWithStarts, floatHistogram, floatHistogramWithStarts] as const;

/** Counts by the index of the bucket. */
type Buckets = Readonly<Record<number, number>>;

function withBuckets(like: Histogram, buckets: Buckets): Histogram {
  const indexes = Object.keys(buckets)
    .map(Number)
    .sort((a, b) => a - b);
  const positiveBuckets = Float64Array.from(indexes, (index) => buckets[index] as number);
  return { ...like, positiveSpans: spansOf(Int32Array.from(indexes)), positiveBuckets };
}

const used: Buckets = { 0: 6, 1: 3, 4: 3, 8: 2, 9: 4, 13: 5, 15: 1 };
const partlyEmpty: Buckets = { 0: 6, 1: 0, 4: 1, 8: 2, 9: 0, 13: 1, 15: 2 };
const wider: Buckets = { 0: 7, 1: 5, 2: 1, 4: 3, 6: 1, 7: 0, 8: 2, 9: 5, 13: 5, 14: 0, 15: 1 };
const base: Histogram = {
  integer: true,
  counterResetHint: 'unknown',
  schema: 1,
  zeroThreshold: 1e-125,
  zeroCount: 2,
  count: 26,
  sum: 18.4,
  stale: false,
  positiveSpans: [],
  negativeSpans: [],
  positiveBuckets: new Float64Array(0),
  negativeBuckets: new Float64Array(0),
  customValues: undefined,
};
const bounds = Float64Array.from({ length: 20 }, (_, i) => i + 1);
const custom: Histogram = {
  ...base,
  schema: customBucketsSchema,
  zeroThreshold: 0,
  zeroCount: 0,
  customValues: bounds,
};

/**
 * What becomes of a sample behind another one: it joins the chunk, or the chunk is written once more with buckets for
 * both, or it begins a chunk whose header says so.
 */
type Outcome = 'joins' | 'recodes' | 'begins, unknown' | 'begins, reset' | 'begins, gauge';

interface Cut {
  readonly name: string;
  readonly before: Histogram;
  readonly after: Histogram;
  readonly counter: Outcome;
  readonly gauge: Outcome;
  /** The header of a chunk that begins with `after` because its caller cut there; integers, floats. */
  readonly cut: readonly ['not-reset' | 'reset' | 'unknown', 'not-reset' | 'reset'];
}

const full = withBuckets(base, used);
const sparse = withBuckets(base, partlyEmpty);
const bounded = withBuckets(custom, used);
const larger = { count: 40, zeroCount: 3, sum: 30 };

/** Source: tsdb/chunkenc/{histogram,float_histogram}_test.go, Test(Float)HistogramChunkAppendable(Gauge). */
const cuts: readonly Cut[] = [
  {
    name: 'the same once more',
    before: full,
    after: full,
    counter: 'joins',
    gauge: 'joins',
    cut: ['not-reset', 'not-reset'],
  },
  {
    name: 'another schema',
    before: full,
    after: { ...full, schema: 2 },
    counter: 'begins, unknown',
    gauge: 'begins, gauge',
    cut: ['unknown', 'not-reset'],
  },
  {
    name: 'another zero threshold',
    before: full,
    after: { ...full, zeroThreshold: 1e-120 },
    counter: 'begins, unknown',
    gauge: 'begins, gauge',
    cut: ['unknown', 'not-reset'],
  },
  {
    name: 'more buckets',
    before: full,
    after: withBuckets({ ...base, ...larger }, wider),
    counter: 'recodes',
    gauge: 'recodes',
    cut: ['not-reset', 'not-reset'],
  },
  {
    name: 'a bucket in use is gone',
    before: full,
    after: withBuckets(base, { 0: 6, 1: 3, 8: 2, 9: 4, 13: 5, 15: 1 }),
    counter: 'begins, reset',
    gauge: 'joins',
    cut: ['reset', 'reset'],
  },
  {
    name: 'a bucket in use is gone and another is new',
    before: full,
    after: withBuckets(base, { 0: 6, 1: 3, 7: 2, 8: 2, 9: 4, 13: 5, 15: 1 }),
    counter: 'begins, reset',
    gauge: 'recodes',
    cut: ['reset', 'reset'],
  },
  {
    name: 'empty buckets are gone',
    before: sparse,
    after: withBuckets({ ...base, ...larger }, { 0: 7, 4: 2, 8: 3, 13: 3, 15: 4 }),
    counter: 'joins',
    gauge: 'joins',
    cut: ['not-reset', 'not-reset'],
  },
  {
    name: 'empty buckets are gone and another is new',
    before: sparse,
    after: withBuckets({ ...base, ...larger }, { 0: 7, 4: 2, 8: 3, 13: 3, 15: 4, 16: 5 }),
    counter: 'recodes',
    gauge: 'recodes',
    cut: ['not-reset', 'not-reset'],
  },
  {
    name: 'an empty bucket far in front is gone',
    before: withBuckets(base, { ...used, [-10]: 0 }),
    after: full,
    counter: 'joins',
    gauge: 'joins',
    cut: ['not-reset', 'not-reset'],
  },
  {
    name: 'a bucket went down',
    before: full,
    after: withBuckets(base, { ...used, 1: 2 }),
    counter: 'begins, reset',
    gauge: 'joins',
    cut: ['reset', 'reset'],
  },
  {
    name: 'a bucket went down and others are new',
    before: full,
    after: withBuckets({ ...base, ...larger }, { ...wider, 15: 0 }),
    counter: 'begins, reset',
    gauge: 'recodes',
    cut: ['reset', 'reset'],
  },
  {
    name: 'the first bucket went down behind new ones',
    before: full,
    after: withBuckets(base, { ...used, [-3]: 1, [-2]: 2, 0: 5 }),
    counter: 'begins, reset',
    gauge: 'recodes',
    cut: ['reset', 'reset'],
  },
  {
    name: 'the count went down',
    before: full,
    after: { ...full, count: full.count - 1 },
    counter: 'begins, reset',
    gauge: 'joins',
    cut: ['reset', 'reset'],
  },
  {
    name: 'the zero count went down',
    before: full,
    after: { ...full, zeroCount: full.zeroCount - 1 },
    counter: 'begins, reset',
    gauge: 'joins',
    cut: ['reset', 'reset'],
  },
  {
    name: 'custom buckets once more',
    before: bounded,
    after: bounded,
    counter: 'joins',
    gauge: 'joins',
    cut: ['not-reset', 'not-reset'],
  },
  {
    name: 'a custom bucket went up',
    before: bounded,
    after: withBuckets({ ...custom, count: 27 }, { ...used, 15: 2 }),
    counter: 'joins',
    gauge: 'joins',
    cut: ['not-reset', 'not-reset'],
  },
  {
    name: 'a custom bucket went down',
    before: bounded,
    after: withBuckets(custom, { ...used, 15: 0 }),
    counter: 'begins, reset',
    gauge: 'joins',
    cut: ['reset', 'reset'],
  },
  {
    name: 'other bounds',
    before: bounded,
    after: { ...bounded, customValues: Float64Array.of(...bounds, 21) },
    counter: 'begins, reset',
    gauge: 'begins, gauge',
    cut: ['reset', 'reset'],
  },
  {
    name: 'more custom buckets',
    before: bounded,
    after: withBuckets({ ...custom, count: 32, sum: 30 }, wider),
    counter: 'recodes',
    gauge: 'recodes',
    cut: ['not-reset', 'not-reset'],
  },
];

const headerNames = new Map<number, string>([
  [resetHeader.unknown, 'unknown'],
  [resetHeader.reset, 'reset'],
  [resetHeader.notReset, 'not-reset'],
  [resetHeader.gauge, 'gauge'],
]);
const headerOf = (writer: HistogramChunkWriter): string => headerNames.get(writer.header) ?? '';

function readAll({ encoding, bytes }: HistogramChunkWriter): Histogram[] {
  const reader = new HistogramChunkReader(encoding, bytes);
  const found: Histogram[] = [];
  while (reader.next()) found.push(reader.histogram);
  assert.equal(reader.result.kind, 'decoded');
  return found;
}

const layoutOf = ({ positiveSpans }: Histogram): number[] => [...bucketIndexes(positiveSpans)];

function countsOf({ positiveSpans, positiveBuckets }: Histogram): [number, number][] {
  return Array.from(bucketIndexes(positiveSpans), (index, i): [number, number] => [
    index,
    positiveBuckets[i] as number,
  ]).filter(([, count]) => count !== 0);
}

/** Appends both and says what became of the second. */
function outcomeOf(encoding: HistogramEncoding, before: Histogram, after: Histogram): Outcome {
  const first = new HistogramChunkWriter(encoding);
  first.append({ timestampMs: 0, startTimestampMs: 0, histogram: before });
  const header = headerOf(first);
  const next = first.append({ timestampMs: 1, startTimestampMs: 0, histogram: after });
  const written = next === first ? readAll(first) : [...readAll(first), ...readAll(next)];
  assert.deepEqual(written.map(countsOf), [countsOf(before), countsOf(after)]);
  if (next !== first) return `begins, ${headerOf(next)}` as Outcome;
  assert.equal(headerOf(first), header, 'one more sample does not change the header');
  const [one, other] = written as [Histogram, Histogram];
  assert.deepEqual(layoutOf(one), layoutOf(other));
  const isSame = layoutOf(one).join() === layoutOf(before).join();
  return isSame ? 'joins' : 'recodes';
}

describe('where a histogram chunk ends', () => {
  const kindOf = (encoding: HistogramEncoding, one: Histogram, isGauge: boolean): Histogram => ({
    ...one,
    integer: isIntegerEncoding(encoding),
    counterResetHint: isGauge ? 'gauge' : one.counterResetHint,
  });

  for (const { name, before, after, counter, gauge, cut } of cuts)
    it(`${name}: a counter ${counter}, a gauge ${gauge}`, () => {
      for (const encoding of encodings) {
        const pair = (isGauge: boolean) =>
          [kindOf(encoding, before, isGauge), kindOf(encoding, after, isGauge)] as const;
        assert.equal(outcomeOf(encoding, ...pair(false)), counter, `encoding ${encoding}`);
        assert.equal(outcomeOf(encoding, ...pair(true)), gauge, `encoding ${encoding}`);
        const [first, second] = [new HistogramChunkWriter(encoding), new HistogramChunkWriter(encoding)];
        const [one, other] = pair(false);
        first.append({ timestampMs: 0, startTimestampMs: 0, histogram: one });
        second.append({ timestampMs: 1, startTimestampMs: 0, histogram: other }, first);
        assert.equal(headerOf(second), cut[isIntegerEncoding(encoding) ? 0 : 1], `encoding ${encoding}`);
      }
    });

  it('a counter that says that it was reset begins a chunk', () => {
    for (const encoding of encodings) {
      const one = kindOf(encoding, full, false);
      const other = { ...one, counterResetHint: 'reset' } as const;
      assert.equal(outcomeOf(encoding, one, other), 'begins, reset');
    }
  });
});
