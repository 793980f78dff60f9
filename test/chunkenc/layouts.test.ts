import assert from 'node:assert/strict';
import { chunkEncoding, HistogramChunkReader, HistogramChunkWriter } from '../../src/chunkenc/index.js';
import { customBucketsSchema, type Histogram, type Span } from '../../src/model/index.js';
import { upstreamCases } from '../support/upstream-tables.js';

interface Layout {
  readonly schema: number | string;
  /** A number, or Go's math.Ldexp(fraction, exponent). */
  readonly zeroThreshold?: number | { readonly args: readonly [number, number] };
  readonly positiveSpans: readonly { Offset: number; Length: number }[] | null;
  readonly negativeSpans: readonly { Offset: number; Length: number }[] | null;
  readonly customValues?: readonly number[] | null;
}

const spansOf = (spans: Layout['positiveSpans'] = null): Span[] =>
  (spans ?? []).map(({ Offset: offset, Length: length }) => ({ offset, length }));

const thresholdOf = (threshold: Layout['zeroThreshold'] = 0): number =>
  typeof threshold === 'number' ? threshold : threshold.args[0] * 2 ** threshold.args[1];

const bucketsOf = (spans: readonly Span[]): Float64Array =>
  Float64Array.from({ length: spans.reduce((sum, { length }) => sum + length, 0) }, (_, i) => i % 7);

describe("the layouts of upstream's table TestWriteReadHistogramChunkLayout", () => {
  it('are given back as they were', function () {
    const cases = upstreamCases<Layout>('TestWriteReadHistogramChunkLayout');
    if (cases === undefined) this.skip();
    assert.equal(cases.length, 12);
    for (const layout of cases) {
      const positiveSpans = spansOf(layout.positiveSpans);
      const negativeSpans = spansOf(layout.negativeSpans);
      const schema = typeof layout.schema === 'number' ? layout.schema : customBucketsSchema;
      const histogram: Histogram = {
        integer: true,
        counterResetHint: 'unknown',
        schema,
        zeroThreshold: thresholdOf(layout.zeroThreshold),
        zeroCount: 0,
        count: 1000,
        sum: 1,
        stale: false,
        positiveSpans,
        negativeSpans,
        positiveBuckets: bucketsOf(positiveSpans),
        negativeBuckets: bucketsOf(negativeSpans),
        customValues:
          schema === customBucketsSchema ? Float64Array.from(layout.customValues ?? []) : undefined,
      };
      for (const encoding of [chunkEncoding.histogram, chunkEncoding.floatHistogram] as const) {
        const integer = encoding === chunkEncoding.histogram;
        const writer = new HistogramChunkWriter(encoding);
        writer.append({ timestampMs: 1, startTimestampMs: 0, histogram: { ...histogram, integer } });
        const reader = new HistogramChunkReader(encoding, writer.bytes);
        assert.ok(reader.next(), JSON.stringify(layout));
        const { schema, zeroThreshold, positiveSpans, negativeSpans, customValues } = reader.histogram;
        assert.deepEqual(
          [schema, zeroThreshold, positiveSpans, negativeSpans, customValues],
          [
            histogram.schema,
            histogram.zeroThreshold,
            histogram.positiveSpans,
            histogram.negativeSpans,
            histogram.customValues,
          ],
          JSON.stringify(layout),
        );
      }
    }
  });
});
