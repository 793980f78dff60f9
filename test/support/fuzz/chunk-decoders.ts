/** Chunks of all encodings: the readers of chunkenc, and the kernels and column writers beside them. */
import assert from 'node:assert/strict';
import {
  type ChunkEncoding,
  chunkEncoding,
  decodeFloats,
  FloatChunkAppender,
  type FloatEncoding,
  HistogramChunkReader,
  HistogramChunkWriter,
  type HistogramEncoding,
  isFloatEncoding,
  sampleCountOf,
} from '../../../src/chunkenc/index.js';
import { chunkTimeLimitMs, KernelScope, type Kernels } from '../../../src/kernels/index.js';
import { bucketCount, type Histogram, type Span, wordsOf } from '../../../src/model/index.js';
import { readChunk } from '../../../src/storage/index.js';
import { KernelColumnWriter } from '../../../src/tsdb/select/index.js';
import { soundChunks } from './chunk-sounds.js';
import { floatKernelDecoders } from './float-kernel-decoders.js';
import type { FuzzInput } from './fuzz-input.js';
import type { FuzzDecoder, FuzzOutcome } from './run-fuzz.js';

const endless = Number.POSITIVE_INFINITY;
const mostRows = 65_535;
/** The least that a sample takes is a bit. */
const mostRowsPerByte = 8;

export const encodings: readonly ChunkEncoding[] = [
  chunkEncoding.xor,
  chunkEncoding.histogram,
  chunkEncoding.floatHistogram,
  chunkEncoding.xor2,
  chunkEncoding.histogramWithStarts,
  chunkEncoding.floatHistogramWithStarts,
];

const columns = (): { timestamps: Float64Array; values: Float64Array; startTimestamps: Float64Array } => ({
  timestamps: new Float64Array(mostRows),
  values: new Float64Array(mostRows),
  startTimestamps: new Float64Array(mostRows),
});

export function chunkDecoders(kernels: Kernels): FuzzDecoder[] {
  return [
    ...encodings.map((encoding) =>
      isFloatEncoding(encoding) ? floatDecoder(encoding) : histogramDecoder(encoding),
    ),
    ...floatKernelDecoders(kernels),
    ...encodings.map((encoding) => columnDecoder(encoding, kernels)),
  ];
}

function checkTime(timestampMs: number): void {
  const isSane = Number.isInteger(timestampMs) && Math.abs(timestampMs) <= chunkTimeLimitMs;
  if (!isSane) assert.fail(`time ${timestampMs}`);
}

function floatDecoder(encoding: FloatEncoding): FuzzDecoder {
  const into = columns();
  return {
    name: `chunk of encoding ${encoding}`,
    sounds: soundChunks(encoding),
    mostBytes: { fixed: 4096, perByte: 8 },
    decode: (input) => {
      const { bytes } = input;
      const result = decodeFloats(encoding, bytes, into);
      if (input.below(4) === 0) checkResumed(FloatChunkAppender.resume(encoding, bytes), result);
      if (result.kind === 'corrupt') return result.reason;
      assert.equal(result.count, sampleCountOf(encoding, bytes));
      assert.ok(result.count <= mostRowsPerByte * bytes.length, 'more samples than bits');
      for (let row = 0; row < result.count; row++) {
        checkTime(into.timestamps[row] as number);
        if (encoding === chunkEncoding.xor2) checkTime(into.startTimestamps[row] as number);
      }
      return undefined;
    },
  };
}

/** A writer that goes on behind a chunk reads it as a reader does. */
function checkResumed(
  resumed: { readonly count: number } | { readonly kind: 'corrupt'; readonly reason: string },
  result: ReturnType<typeof decodeFloats>,
): void {
  if ('kind' in resumed) assert.deepEqual(resumed, result);
  else assert.equal(resumed.count, result.kind === 'decoded' ? result.count : -1);
}

function histogramDecoder(encoding: HistogramEncoding): FuzzDecoder {
  return {
    name: `chunk of encoding ${encoding}`,
    sounds: soundChunks(encoding),
    decode: (input) => {
      const { bytes } = input;
      const reader = new HistogramChunkReader(encoding, bytes);
      let rows = 0;
      while (reader.next()) {
        rows++;
        checkTime(reader.timestampMs);
        checkTime(reader.startTimestampMs);
        if (rows < 4 || (rows & 7) === 0) checkHistogram(reader.histogram, 8 * bytes.length);
      }
      const { result } = reader;
      if (input.below(4) === 0) checkResumed(HistogramChunkWriter.resume(encoding, bytes), result);
      if (result.kind === 'corrupt') return result.reason;
      assert.equal(result.count, rows);
      assert.equal(rows, sampleCountOf(encoding, bytes));
      return undefined;
    },
  };
}

export function checkHistogram(histogram: Histogram, mostBuckets: number): void {
  const { positiveSpans, negativeSpans, positiveBuckets, negativeBuckets, schema } = histogram;
  if (schema !== -53 && !(schema >= -9 && schema <= 8)) assert.fail(`schema ${schema}`);
  assert.equal(bucketCount(positiveSpans), positiveBuckets.length);
  assert.equal(bucketCount(negativeSpans), negativeBuckets.length);
  assert.ok(positiveBuckets.length + negativeBuckets.length <= mostBuckets);
}

/** What a query decodes, kernels and all, beside what the plain readers say. */
function columnDecoder(encoding: ChunkEncoding, kernels: Kernels): FuzzDecoder {
  const scope = new KernelScope(kernels);
  const block = scope.alloc(1 << 13);
  const writer = new KernelColumnWriter(scope, { mintMs: -endless, maxtMs: endless });
  const decode = (input: FuzzInput): FuzzOutcome => {
    const { bytes } = input;
    kernels.bytes.set(bytes, block);
    writer.reset();
    const fault = writer.appendChunk(encoding, block, bytes.length);
    let plain: ReturnType<typeof readChunk>;
    try {
      plain = readChunk({ encoding, bytes });
    } catch (error) {
      assert.notEqual(fault, 0, 'the plain reader finds a fault');
      throw error;
    }
    assert.equal(fault, 0, 'the plain reader finds no fault');
    sameColumns(writer, plain);
    return undefined;
  };
  return {
    name: `columns of encoding ${encoding} beside the plain reader`,
    sounds: soundChunks(encoding),
    mostBytes: { fixed: 1 << 16, perByte: 256 },
    decode,
  };
}

function sameColumns(writer: KernelColumnWriter, plain: ReturnType<typeof readChunk>): void {
  const found = writer.columns;
  const expected = plain.columns(0, plain.length);
  const foundWords = wordsOf(found.values);
  const words = wordsOf(expected.values);
  let row = 0;
  let last = -endless;
  for (let i = 0; i < expected.length; i++) {
    const time = expected.timestamps[i] as number;
    if (time <= last) continue;
    last = time;
    if (found.timestamps[row] !== time)
      assert.fail(`time of row ${row}: ${found.timestamps[row]}, not ${time}`);
    if ((expected.startTimestamps?.[i] ?? 0) !== (found.startTimestamps?.[row] ?? 0))
      assert.fail(`start of row ${row}`);
    if (expected.histograms === undefined) {
      const isSame = words[2 * i] === foundWords[2 * row] && words[2 * i + 1] === foundWords[2 * row + 1];
      if (!isSame) assert.fail(`value of row ${row}`);
    } else if (i < 3 || (i & 15) === 0) {
      const histogram = found.histograms?.at(row);
      if (histogram === undefined || !isSameHistogram(histogram, expected.histograms.at(i)))
        assert.fail(`histogram of row ${row}`);
    }
    row++;
  }
  assert.equal(found.length, row, 'rows');
}

const columnsOf = (histogram: Histogram): Float64Array[] => [
  histogram.positiveBuckets,
  histogram.negativeBuckets,
  histogram.customValues ?? new Float64Array(0),
];

/** Where numbers are NaN, both are. */
function isSameHistogram(a: Histogram, b: Histogram): boolean {
  const isSameHead =
    a.integer === b.integer &&
    a.stale === b.stale &&
    a.schema === b.schema &&
    Object.is(a.zeroThreshold, b.zeroThreshold) &&
    Object.is(a.zeroCount, b.zeroCount) &&
    Object.is(a.count, b.count) &&
    Object.is(a.sum, b.sum);
  const others = columnsOf(b);
  return (
    isSameHead &&
    isSameSpans(a.positiveSpans, b.positiveSpans) &&
    isSameSpans(a.negativeSpans, b.negativeSpans) &&
    columnsOf(a).every((column, i) => isSameColumn(column, others[i] as Float64Array))
  );
}

function isSameSpans(a: readonly Span[], b: readonly Span[]): boolean {
  return (
    a.length === b.length && a.every((span, i) => span.offset === b[i]?.offset && span.length === b[i].length)
  );
}

function isSameColumn(a: Float64Array, b: Float64Array): boolean {
  return a.length === b.length && a.every((value, i) => Object.is(value, b[i]));
}
