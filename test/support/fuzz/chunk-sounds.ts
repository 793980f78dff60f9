/** Sound chunks of every encoding, small ones of the kinds of series that there are. */
import assert from 'node:assert/strict';
import {
  type ChunkEncoding,
  encodeFloats,
  HistogramChunkWriter,
  type HistogramEncoding,
  holdsStarts,
  isFloatEncoding,
  isIntegerEncoding,
  staleSample,
} from '../../../src/chunkenc/index.js';
import { type Histogram, setStaleAt, wordsOf } from '../../../src/model/index.js';

const firstMs = 1_700_000_000_000;
const stepMs = 15_000;

type FloatSeries = (row: number) => { value: number | 'stale'; lateMs?: number; startMs?: number };

const floatSeries: readonly (readonly [rows: number, series: FloatSeries])[] = [
  [300, () => ({ value: 1 })],
  [20, (row) => ({ value: row * 17 })],
  [12, (row) => ({ value: Math.sin(row) * 10 ** (row % 7), lateMs: (row * 37) % 100 })],
  [15, (row) => ({ value: row % 5 === 4 ? 'stale' : row, startMs: firstMs - 1000 + (row > 6 ? stepMs : 0) })],
  [10, (row) => ({ value: 0.1 * row, lateMs: row * row * 600_000, startMs: row * 7 })],
  [1, () => ({ value: 42 })],
  [0, () => ({ value: 0 })],
];

function floatChunk(encoding: 1 | 4, rows: number, series: FloatSeries, shiftMs: number): Uint8Array {
  const columns = {
    timestamps: new Float64Array(rows),
    values: new Float64Array(rows),
    startTimestamps: new Float64Array(rows),
  };
  const words = wordsOf(columns.values);
  for (let row = 0; row < rows; row++) {
    const { value, lateMs = 0, startMs = 0 } = series(row);
    columns.timestamps[row] = firstMs + shiftMs + row * stepMs + lateMs;
    columns.startTimestamps[row] = startMs;
    if (value === 'stale') setStaleAt(words, row);
    else columns.values[row] = value;
  }
  return encodeFloats(encoding, columns, 0, rows);
}

/** Counts that rise with the row; buckets as many as the spans have. */
export function soundHistogram(row: number, change: Partial<Histogram> = {}): Histogram {
  const positiveBuckets = Float64Array.of(1 + row, 2 + 2 * row, 3, 4 + row);
  return {
    integer: true,
    counterResetHint: 'unknown',
    schema: 3,
    zeroThreshold: 2 ** -128,
    zeroCount: 2 + row,
    count: 20 + 6 * row,
    sum: 18.25 + row * 1.5,
    stale: false,
    positiveSpans: [
      { offset: -2, length: 2 },
      { offset: 1, length: 2 },
    ],
    negativeSpans: [{ offset: 0, length: 2 }],
    positiveBuckets,
    negativeBuckets: Float64Array.of(1, 5 + row),
    customValues: undefined,
    ...change,
  };
}

const customChange: Partial<Histogram> = {
  schema: -53,
  zeroThreshold: 0,
  zeroCount: 0,
  positiveSpans: [{ offset: 0, length: 4 }],
  negativeSpans: [],
  negativeBuckets: new Float64Array(0),
  customValues: Float64Array.of(0.25, 1.005, 2 ** 40),
};

type HistogramSeries = (row: number) => Partial<Histogram>;
const histogramSeries: readonly (readonly [rows: number, series: HistogramSeries])[] = [
  [8, () => ({})],
  [6, () => ({ schema: 0, zeroThreshold: 0.3, counterResetHint: 'gauge' })],
  [6, () => customChange],
  [2, () => ({ schema: -4, negativeSpans: [], negativeBuckets: new Float64Array(0) })],
  [7, (row) => (row > 3 ? { stale: true } : {})],
];

function histogramChunk(
  encoding: HistogramEncoding,
  rows: number,
  series: HistogramSeries,
  shiftMs: number,
): Uint8Array {
  const integer = isIntegerEncoding(encoding);
  const writer = new HistogramChunkWriter(encoding);
  for (let row = 0; row < rows; row++) {
    const change = series(row);
    const histogram = change.stale ? staleSample(integer) : soundHistogram(row, { ...change, integer });
    const startTimestampMs = holdsStarts(encoding) ? firstMs - (row > 2 ? 5 : 1000) : 0;
    const timestampMs = firstMs + shiftMs + row * stepMs + ((row * 7) % 3);
    const after = writer.append({ timestampMs, startTimestampMs, histogram });
    assert.equal(after, writer, 'a sound series fits into one chunk');
  }
  return writer.bytes.slice();
}

/** A chunk a kind of series; each begins so much later than the one before. */
export function soundChunks(encoding: ChunkEncoding, apartMs = 0): Uint8Array[] {
  if (isFloatEncoding(encoding))
    return floatSeries.map(([rows, series], i) => floatChunk(encoding, rows, series, i * apartMs));
  return histogramSeries.map(([rows, series], i) => histogramChunk(encoding, rows, series, i * apartMs));
}
