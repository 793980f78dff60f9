import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import {
  type ChunkHistogram,
  FloatChunkAppender,
  HistogramChunkWriter,
  isFloatEncoding,
  isHistogramEncoding,
  isIntegerEncoding,
} from '../../src/chunkenc/index.js';
import type { CounterResetHint, Span } from '../../src/model/index.js';

interface StoredHistogram {
  readonly hint: CounterResetHint;
  readonly schema: number;
  readonly zeroThreshold: number;
  readonly zeroCount: number;
  readonly count: number;
  readonly sum: string;
  readonly positive: readonly [[number, number][], number[]];
  readonly negative: readonly [[number, number][], number[]];
  readonly bounds?: readonly number[];
}

interface Vector {
  readonly encoding: number;
  readonly samples: readonly (readonly [t: number, st: number, value: string | StoredHistogram])[];
  readonly chunks: readonly string[];
}

const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const high = (text: string): number => Number.parseInt(text.slice(0, 8), 16);
const low = (text: string): number => Number.parseInt(text.slice(8), 16);
const spans = (pairs: readonly [number, number][]): Span[] =>
  pairs.map(([offset, length]) => ({ offset, length }));

function histogramOf(stored: StoredHistogram, integer: boolean): ChunkHistogram['histogram'] {
  return {
    ...stored,
    integer,
    counterResetHint: stored.hint,
    sum: Buffer.from(stored.sum, 'hex').readDoubleBE(),
    stale: stored.sum === '7ff0000000000002',
    positiveSpans: spans(stored.positive[0]),
    positiveBuckets: Float64Array.from(stored.positive[1]),
    negativeSpans: spans(stored.negative[0]),
    negativeBuckets: Float64Array.from(stored.negative[1]),
    customValues: stored.bounds === undefined ? undefined : Float64Array.from(stored.bounds),
  };
}

function encode({ encoding, samples }: Vector): string[] {
  if (isFloatEncoding(encoding)) {
    const appender = new FloatChunkAppender(encoding);
    for (const [t, st, value] of samples) appender.append(t, low(value as string), high(value as string), st);
    return [hex(appender.bytes)];
  }
  assert.ok(isHistogramEncoding(encoding));
  const chunks: string[] = [];
  let writer = new HistogramChunkWriter(encoding);
  for (const [timestampMs, startTimestampMs, stored] of samples) {
    const histogram = histogramOf(stored as StoredHistogram, isIntegerEncoding(encoding));
    const next = writer.append({ timestampMs, startTimestampMs, histogram });
    if (next !== writer) chunks.push(hex(writer.bytes));
    writer = next;
  }
  return [...chunks, hex(writer.bytes)];
}

describe('chunk vectors of Prometheus 3.14.0', () => {
  const file = path.resolve('fixtures', 'chunkenc', 'vectors.json');
  const vectors = JSON.parse(readFileSync(file, 'utf8')) as Vector[];
  for (const encoding of [1, 2, 3, 4, 5, 6]) {
    it(`are written byte for byte in encoding ${encoding}`, () => {
      const own = vectors.filter((vector) => vector.encoding === encoding);
      assert.ok(own.length > 0);
      for (const vector of own) assert.deepEqual(encode(vector), vector.chunks);
    });
  }
});
