import assert from 'node:assert/strict';
import { seededRandom } from '../../src/base/index.js';
import {
  type ChunkHistogram,
  HistogramChunkReader,
  HistogramChunkWriter,
  type HistogramEncoding,
  holdsStarts,
  isIntegerEncoding,
} from '../../src/chunkenc/index.js';
import { type Histogram, reduceResolution, type Span } from '../../src/model/index.js';
import { below, randomHistograms } from './random-samples.js';

const seed = Number(process.env.SEED ?? 1);
const encodings: readonly HistogramEncoding[] = [2, 3, 5, 6];

function chunksOf(encoding: HistogramEncoding, samples: readonly ChunkHistogram[]): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let writer = new HistogramChunkWriter(encoding);
  for (const sample of samples) {
    const next = writer.append(sample);
    if (next !== writer) chunks.push(writer.bytes);
    writer = next;
  }
  return [...chunks, writer.bytes];
}

/** Bucket index to count, without the empty ones, which a chunk may add. */
function buckets(spans: readonly Span[], counts: Float64Array): Map<number, number> {
  const found = new Map<number, number>();
  let index = 0;
  let at = 0;
  for (const { offset, length } of spans) {
    index += offset;
    for (let i = 0; i < length; i++, index++, at++) {
      const count = counts[at] as number;
      if (count !== 0) found.set(index, count);
    }
  }
  assert.equal(at, counts.length);
  return found;
}

function essence(histogram: Histogram): unknown {
  const { integer, schema, zeroThreshold, zeroCount, count, sum, stale } = histogram;
  if (stale) return { integer, stale };
  const positive = buckets(histogram.positiveSpans, histogram.positiveBuckets);
  const negative = buckets(histogram.negativeSpans, histogram.negativeBuckets);
  const bounds = [...(histogram.customValues ?? [])];
  return { integer, schema, zeroThreshold, zeroCount, count, sum, positive, negative, bounds };
}

describe('histogram chunks', () => {
  it(`give back 600 random series (seed ${seed})`, () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 600; round++) {
      const encoding = encodings[round % 4] as HistogramEncoding;
      const samples = randomHistograms(random, 1 + below(random, 60), isIntegerEncoding(encoding));
      let at = 0;
      for (const bytes of chunksOf(encoding, samples)) {
        const reader = new HistogramChunkReader(encoding, bytes);
        const first = at;
        while (reader.next()) {
          const sample = samples[at++] as ChunkHistogram;
          const place = `round ${round}, sample ${at}`;
          assert.equal(reader.timestampMs, sample.timestampMs, place);
          if (holdsStarts(encoding)) assert.equal(reader.startTimestampMs, sample.startTimestampMs, place);
          const { histogram } = reader;
          assert.deepEqual(essence(histogram), essence(sample.histogram), place);
          if (histogram.stale) continue;
          const gauge = reader.header === 0xc0;
          const hint = gauge ? 'gauge' : at - first > 1 ? 'not-reset' : 'unknown';
          assert.equal(histogram.counterResetHint, hint, place);
        }
        assert.deepEqual(reader.result, { kind: 'decoded', count: at - first }, `round ${round}`);
      }
      assert.equal(at, samples.length);
    }
  });

  it(`go on where another writer ended (seed ${seed})`, () => {
    const random = seededRandom(seed);
    for (let round = 0; round < 300; round++) {
      const encoding = encodings[round % 4] as HistogramEncoding;
      const samples = randomHistograms(random, 2 + below(random, 20), isIntegerEncoding(encoding));
      const whole = chunksOf(encoding, samples);
      const [first, ...others] = samples as [ChunkHistogram, ...ChunkHistogram[]];
      let writer = new HistogramChunkWriter(encoding);
      writer.append(first);
      let count = 1;
      for (const sample of others) {
        const resumed = HistogramChunkWriter.resume(encoding, writer.bytes);
        assert.ok(resumed instanceof HistogramChunkWriter);
        writer = resumed.append(sample);
        if (writer !== resumed) count++;
      }
      assert.equal(count, whole.length, `round ${round}`);
      const reader = new HistogramChunkReader(encoding, writer.bytes);
      while (reader.next()) {}
      assert.equal(reader.result.kind, 'decoded');
      assert.equal(reader.timestampMs, samples.at(-1)?.timestampMs);
    }
  });

  it('joins buckets of higher schemas than are known', () => {
    const random = seededRandom(seed);
    const [sample] = randomHistograms(random, 1, true) as [ChunkHistogram];
    const histogram: Histogram = {
      ...sample.histogram,
      stale: false,
      schema: 10,
      positiveSpans: [{ offset: -3, length: 9 }],
      positiveBuckets: Float64Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9),
    };
    const reduced = reduceResolution(histogram, 8);
    assert.deepEqual(reduced.positiveSpans, [{ offset: 0, length: 3 }]);
    assert.deepEqual([...reduced.positiveBuckets], [1 + 2 + 3 + 4, 5 + 6 + 7 + 8, 9]);
    assert.equal(reduced.schema, 8);
  });
});
