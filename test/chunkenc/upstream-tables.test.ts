import assert from 'node:assert/strict';
import { compareBuckets, moveBuckets, uniteIndexes } from '../../src/chunkenc/compare-buckets.js';
import {
  chunkEncoding,
  decodeFloats,
  encodeFloats,
  type FloatEncoding,
  HistogramChunkReader,
  HistogramChunkWriter,
  isFloatEncoding,
  isIntegerEncoding,
} from '../../src/chunkenc/index.js';
import {
  bucketIndexes,
  type CounterResetHint,
  customBucketsSchema,
  type Histogram,
  type Span,
  setStaleAt,
  spansOf,
  wordsOf,
} from '../../src/model/index.js';
import { upstreamCases, upstreamCasesOf } from '../support/upstream-tables.js';

interface GoSpan {
  readonly Offset: number;
  readonly Length: number;
}

interface GoHistogram {
  readonly $type: string;
  readonly Schema: number | string;
  readonly Count: number;
  readonly Sum: number;
  readonly ZeroThreshold?: number;
  readonly ZeroCount?: number;
  readonly CounterResetHint?: string;
  readonly PositiveSpans?: readonly GoSpan[];
  readonly PositiveBuckets?: readonly number[];
  readonly NegativeSpans?: readonly GoSpan[];
  readonly NegativeBuckets?: readonly number[];
  readonly CustomValues?: readonly number[];
}

const histogramEncodings = [chunkEncoding.histogram, chunkEncoding.histogramWithStarts] as const;
const floatEncodings = [chunkEncoding.floatHistogram, chunkEncoding.floatHistogramWithStarts] as const;
const headers: Record<string, number> = {
  UnknownCounterReset: 0,
  NotCounterReset: 0x40,
  CounterReset: 0x80,
  GaugeType: 0xc0,
};
const hints: Record<string, CounterResetHint> = {
  'histogram.UnknownCounterReset': 'unknown',
  'histogram.CounterReset': 'reset',
  'histogram.NotCounterReset': 'not-reset',
  'histogram.GaugeType': 'gauge',
};

const toSpans = (spans: readonly GoSpan[] = []): Span[] =>
  spans.map(({ Offset: offset, Length: length }) => ({ offset, length }));

/** Whole counts stand in the tables as differences. */
function summed(deltas: readonly number[] = []): Float64Array {
  let last = 0;
  return Float64Array.from(deltas, (delta) => {
    last += delta;
    return last;
  });
}

function toHistogram(go: GoHistogram): Histogram {
  const integer = go.$type === 'histogram.Histogram';
  const counts = (given: readonly number[] = []): Float64Array =>
    integer ? summed(given) : Float64Array.from(given);
  const custom = go.Schema === 'histogram.CustomBucketsSchema' || go.Schema === customBucketsSchema;
  return {
    integer,
    counterResetHint: hints[go.CounterResetHint ?? ''] ?? 'unknown',
    schema: custom ? customBucketsSchema : (go.Schema as number),
    zeroThreshold: go.ZeroThreshold ?? 0,
    zeroCount: go.ZeroCount ?? 0,
    count: go.Count,
    sum: go.Sum,
    stale: false,
    positiveSpans: toSpans(go.PositiveSpans),
    negativeSpans: toSpans(go.NegativeSpans),
    positiveBuckets: counts(go.PositiveBuckets),
    negativeBuckets: counts(go.NegativeBuckets),
    customValues: custom ? Float64Array.from(go.CustomValues ?? []) : undefined,
  };
}

/** Buckets that hold something, by their index. */
function usedBuckets(spans: readonly Span[], counts: Float64Array): [number, number][] {
  return Array.from(bucketIndexes(spans), (index, i): [number, number] => [
    index,
    counts[i] as number,
  ]).filter(([, count]) => count !== 0);
}

function contentOf(histogram: Histogram) {
  const { schema, zeroThreshold, zeroCount, count, sum, positiveSpans, negativeSpans } = histogram;
  return {
    figures: [schema, zeroThreshold, zeroCount, count, sum],
    positive: usedBuckets(positiveSpans, histogram.positiveBuckets),
    negative: usedBuckets(negativeSpans, histogram.negativeBuckets),
  };
}

function readAll(writer: HistogramChunkWriter): Histogram[] {
  const reader = new HistogramChunkReader(writer.encoding, writer.bytes);
  const found: Histogram[] = [];
  while (reader.next()) found.push(reader.histogram);
  assert.equal(reader.result.kind, 'decoded');
  return found;
}

describe("upstream's tables of histogram chunks", () => {
  for (const [test, encodings] of [
    ['TestFirstHistogramExplicitCounterReset', histogramEncodings],
    ['TestFirstFloatHistogramExplicitCounterReset', floatEncodings],
  ] as const)
    it(`${test}: what the first sample says of a reset`, function () {
      const cases = upstreamCases<{ hint: string; expHeader: string; expHint: string }>(test);
      if (cases === undefined) this.skip();
      assert.equal(cases.length, 4);
      for (const { hint, expHeader, expHint } of cases)
        for (const encoding of encodings) {
          const writer = new HistogramChunkWriter(encoding);
          const histogram = {
            ...toHistogram({
              $type: isIntegerEncoding(encoding) ? 'histogram.Histogram' : '',
              Schema: 0,
              Count: 1,
              Sum: 1,
            }),
            counterResetHint: hints[hint] ?? 'unknown',
          };
          writer.append({ timestampMs: 0, startTimestampMs: 0, histogram });
          assert.equal(writer.header, headers[expHeader], hint);
          assert.equal(readAll(writer)[0]?.counterResetHint, hints[expHint], hint);
        }
    });

  it('TestBucketIterator: the indexes of spans', function () {
    const cases = upstreamCases<{ spans: readonly GoSpan[]; idxs: readonly number[] }>('TestBucketIterator');
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 5);
    for (const { spans, idxs } of cases) assert.deepEqual([...bucketIndexes(toSpans(spans))], idxs);
  });

  it('TestExpandSpansBothWaysAndInsert: buckets moved to the union of two layouts', function () {
    interface Scenario {
      readonly description: string;
      readonly spansA: readonly GoSpan[];
      readonly spansB: readonly GoSpan[];
      readonly bucketsIn: readonly number[];
      readonly bucketsOut: readonly number[];
      readonly mergedSpans: readonly GoSpan[];
    }
    const cases = upstreamCases<Scenario>('TestExpandSpansBothWaysAndInsert');
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 11);
    for (const { description, spansA, spansB, bucketsIn, bucketsOut, mergedSpans } of cases) {
      const from = bucketIndexes(toSpans(spansA));
      const united = uniteIndexes(from, bucketIndexes(toSpans(spansB)));
      assert.deepEqual(spansOf(united), toSpans(mergedSpans), description);
      assert.deepEqual(moveBuckets(summed(bucketsIn), from, united), summed(bucketsOut), description);
    }
  });

  it('TestSpansFromBidirectionalCompareSpans: the union of two lists of spans', function () {
    const cases = upstreamCases<{ s1: readonly GoSpan[]; s2: readonly GoSpan[]; exp?: readonly GoSpan[] }>(
      'TestSpansFromBidirectionalCompareSpans',
    );
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 7);
    for (const { s1, s2, exp = [] } of cases) {
      const united = uniteIndexes(bucketIndexes(toSpans(s1)), bucketIndexes(toSpans(s2)));
      assert.deepEqual(spansOf(united), toSpans(exp));
    }
  });

  it('TestExpandIntOrFloatSpansAndBuckets: resets, and the layout that takes both', function () {
    interface Expansion {
      readonly spansA: readonly GoSpan[];
      readonly bucketsA: readonly number[];
      readonly spansB: readonly GoSpan[];
      readonly bucketsB: readonly number[];
      readonly expectReset: boolean;
      readonly expectMergedSpans?: readonly GoSpan[];
    }
    const cases = upstreamCases<Expansion>('TestExpandIntOrFloatSpansAndBuckets');
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 13);
    for (const one of cases) {
      const chunk = { indexes: bucketIndexes(toSpans(one.spansA)), counts: summed(one.bucketsA) };
      const sample = { indexes: bucketIndexes(toSpans(one.spansB)), counts: summed(one.bucketsB) };
      assert.equal(compareBuckets(chunk, sample).reset, one.expectReset, JSON.stringify(one));
      if (one.expectReset) continue;
      const united = uniteIndexes(chunk.indexes, sample.indexes);
      assert.deepEqual(spansOf(united), toSpans(one.expectMergedSpans), JSON.stringify(one));
    }
  });

  for (const [test, encodings] of [
    ['TestHistogramChunkAppendableWithEmptySpan', histogramEncodings],
    ['TestFloatHistogramChunkAppendableWithEmptySpan', floatEncodings],
  ] as const)
    it(`${test}: spans without buckets make no other layout`, function () {
      const cases = upstreamCases<{ h1: GoHistogram; h2: GoHistogram }>(test);
      if (cases === undefined) this.skip();
      assert.equal(cases.length, 5);
      for (const one of cases)
        for (const encoding of encodings) {
          const writer = new HistogramChunkWriter(encoding);
          const both = [toHistogram(one.h1), toHistogram(one.h2)];
          for (const [i, histogram] of both.entries())
            assert.equal(writer.append({ timestampMs: i, startTimestampMs: 0, histogram }), writer);
          assert.deepEqual(readAll(writer).map(contentOf), both.map(contentOf));
          assert.equal(readAll(writer)[1]?.counterResetHint, 'not-reset');
        }
    });

  it('TestAtFloatHistogram: whole counts read as the doubles that they are', function () {
    const input = upstreamCasesOf<GoHistogram>('TestAtFloatHistogram', 'input')?.[0];
    const output = upstreamCasesOf<GoHistogram>('TestAtFloatHistogram', 'expOutput')?.[0];
    if (input === undefined || output === undefined) this.skip();
    assert.deepEqual([input.length, output.length], [3, 3]);
    for (const encoding of histogramEncodings) {
      const writer = new HistogramChunkWriter(encoding);
      for (const [i, go] of input.entries())
        assert.equal(
          writer.append({ timestampMs: i, startTimestampMs: 0, histogram: toHistogram(go) }),
          writer,
        );
      const found = readAll(writer);
      assert.deepEqual(found.map(contentOf), output.map(toHistogram).map(contentOf));
      assert.deepEqual(
        found.map(({ counterResetHint }) => counterResetHint),
        output.map(({ CounterResetHint = 'histogram.UnknownCounterReset' }) => hints[CounterResetHint]),
      );
    }
  });

  for (const [test, encoding] of [
    ['TestHistogramChunkAppendable', chunkEncoding.histogram],
    ['TestHistogramChunkAppendableGauge', chunkEncoding.histogram],
    ['TestHistogramChunkBucketChanges', chunkEncoding.histogram],
    ['TestHistogramSTChunkRecode', chunkEncoding.histogramWithStarts],
    ['TestHistogramSTChunkGauge', chunkEncoding.histogramWithStarts],
    ['TestFloatHistogramChunkAppendable', chunkEncoding.floatHistogram],
    ['TestFloatHistogramChunkAppendableGauge', chunkEncoding.floatHistogram],
    ['TestFloatHistogramChunkBucketChanges', chunkEncoding.floatHistogram],
    ['TestFloatHistogramSTChunkRecode', chunkEncoding.floatHistogramWithStarts],
    ['TestFloatHistogramSTChunkGaugeRecodePreservesST', chunkEncoding.floatHistogramWithStarts],
  ] as const)
    it(`${test}: samples go from each of its layouts to each other`, function () {
      const lists = upstreamCasesOf<GoSpan>(test)?.filter((cases) => cases.every((one) => 'Offset' in one));
      if (lists === undefined) this.skip();
      assert.ok(lists.length > 0);
      const layouts = lists.map(toSpans);
      for (const before of layouts)
        for (const after of layouts)
          for (const hint of ['unknown', 'gauge'] as const) changeLayout(encoding, { before, after, hint });
    });
});

/** A sample in each layout: a counter that loses buckets in use begins a chunk, all else is in one. */
function changeLayout(
  encoding: (typeof histogramEncodings | typeof floatEncodings)[number],
  { before, after, hint }: { before: Span[]; after: Span[]; hint: CounterResetHint },
): void {
  const made = [before, after].map((spans, i): Histogram => {
    const counts = Float64Array.from(bucketIndexes(spans), (_, bucket) => 10 * (i + 1) + bucket + 20 * i);
    const count = counts.reduce((sum, one) => sum + one, 1);
    const go = {
      $type: isIntegerEncoding(encoding) ? 'histogram.Histogram' : '',
      Schema: 1,
      Count: count,
      Sum: i,
      ZeroCount: 1,
    };
    return { ...toHistogram(go), counterResetHint: hint, positiveSpans: spans, positiveBuckets: counts };
  });
  const first = new HistogramChunkWriter(encoding);
  const writers = new Set([first]);
  let writer = first;
  for (const [i, histogram] of made.entries()) {
    writer = writer.append({ timestampMs: 1000 * i, startTimestampMs: 500 * i, histogram });
    writers.add(writer);
  }
  const later = new Set(bucketIndexes(after));
  const loses = bucketIndexes(before).some((index) => !later.has(index));
  assert.equal(writers.size, loses && hint !== 'gauge' ? 2 : 1);
  assert.deepEqual([...writers].flatMap(readAll).map(contentOf), made.map(contentOf));
}

interface FloatCase {
  readonly t: number;
  readonly v?: number | object;
  readonly f?: number;
  readonly st?: number;
  readonly stale?: boolean;
}

describe("upstream's tables of float chunks", () => {
  it('TestCompatibleValues: the encodings of floats', function () {
    const cases = upstreamCases<{ a: string; b: string; want: boolean }>('TestCompatibleValues');
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 21);
    const names: Record<string, number> = {
      EncXOR: chunkEncoding.xor,
      EncXOR2: chunkEncoding.xor2,
      EncHistogram: chunkEncoding.histogram,
      EncFloatHistogram: chunkEncoding.floatHistogram,
    };
    const isFloat = (name: string): boolean => isFloatEncoding(names[name] ?? 0);
    for (const { a, b, want } of cases) assert.equal(isFloat(a) && isFloat(b), want, `${a} ${b}`);
  });

  for (const [test, encodings] of [
    ['TestXOR2Basic', [chunkEncoding.xor, chunkEncoding.xor2]],
    ['TestXOR2WithStaleness', [chunkEncoding.xor, chunkEncoding.xor2]],
    ['TestXOR2StaleWithDodNonZero', [chunkEncoding.xor, chunkEncoding.xor2]],
    ['testChunkSTHandling', [chunkEncoding.xor2]],
    ['TestChunkFromSamplesWithST', [chunkEncoding.xor2]],
  ] as const)
    it(`${test}: samples are given back, staleness and start timestamps too`, function () {
      const cases = upstreamCases<FloatCase>(test);
      if (cases === undefined) this.skip();
      assert.ok(cases.length >= 3);
      const timestamps = Float64Array.from(cases, ({ t }) => t);
      const startTimestamps = Float64Array.from(cases, ({ st = 0 }) => st);
      const values = Float64Array.from(cases, ({ v, f }) => (typeof v === 'number' ? v : (f ?? 0)));
      for (const [row, { stale }] of cases.entries()) if (stale) setStaleAt(wordsOf(values), row);
      for (const encoding of encodings as readonly FloatEncoding[]) {
        const bytes = encodeFloats(encoding, { timestamps, values, startTimestamps }, 0, cases.length);
        const column = (): Float64Array => new Float64Array(cases.length);
        const into = { timestamps: column(), values: column(), startTimestamps: column() };
        assert.deepEqual(decodeFloats(encoding, bytes, into), { kind: 'decoded', count: cases.length });
        assert.deepEqual(into.timestamps, timestamps);
        assert.deepEqual(wordsOf(into.values), wordsOf(values));
        if (encoding === chunkEncoding.xor2) assert.deepEqual(into.startTimestamps, startTimestamps);
      }
    });
});
