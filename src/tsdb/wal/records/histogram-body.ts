import type { ByteReader, ByteWriter } from '../../../base/index.js';
import { maxIntegerCount } from '../../../chunkenc/index.js';
import {
  type CounterResetHint,
  customBucketsSchema,
  type Histogram,
  reduceResolution,
  type Span,
  spansProblem,
  staleNaNHigh,
  staleNaNLow,
} from '../../../model/index.js';

/** By their number in the log. Source: model/histogram/histogram.go. */
const resetHints: readonly CounterResetHint[] = ['unknown', 'reset', 'not-reset', 'gauge'];
const minSchema = -9;
const maxSchema = 8;
/** Schemas up to here are known, and read at `maxSchema`. */
const maxReservedSchema = 52;
const maxSpanOffset = 2 ** 31;
const noBuckets = new Float64Array(0);

/**
 * One histogram; undefined where its schema is unknown, or a count is beyond what chunks hold (its bytes are consumed
 * all the same).
 */
export function readHistogram(reader: ByteReader, integer: boolean): Histogram | undefined {
  const counterResetHint = resetHints[reader.byte()] ?? 'unknown';
  const schema = reader.varint();
  const zeroThreshold = reader.float64();
  const zeroCount = integer ? reader.uvarint() : reader.float64();
  const count = integer ? reader.uvarint() : reader.float64();
  const stale = reader.peekWords(staleNaNHigh, staleNaNLow);
  const sum = reader.float64();
  const positiveSpans = readSpans(reader);
  const negativeSpans = readSpans(reader);
  const positiveBuckets = integer ? readDeltas(reader) : readFloats(reader);
  const negativeBuckets = integer ? readDeltas(reader) : readFloats(reader);
  const customValues = schema === customBucketsSchema ? readFloats(reader) : undefined;
  // A span that lies would have as many buckets made as it says.
  const problem =
    spansProblem(positiveSpans, positiveBuckets.length) ??
    spansProblem(negativeSpans, negativeBuckets.length);
  if (problem !== undefined) reader.fail('spans of as many buckets as there are', problem);
  if (schema !== customBucketsSchema && (schema < minSchema || schema > maxReservedSchema)) return undefined;
  if (integer && !isCountable(zeroCount, count, positiveBuckets, negativeBuckets)) return undefined;
  const histogram: Histogram = {
    integer,
    counterResetHint,
    schema,
    zeroThreshold,
    zeroCount,
    count,
    sum,
    stale,
    positiveSpans,
    negativeSpans,
    positiveBuckets,
    negativeBuckets,
    customValues,
  };
  return schema <= maxSchema ? histogram : reduceResolution(histogram, maxSchema);
}

function isCountable(
  zeroCount: number,
  count: number,
  positiveBuckets: Float64Array,
  negativeBuckets: Float64Array,
): boolean {
  const fits = (value: number): boolean => Math.abs(value) <= maxIntegerCount;
  return fits(zeroCount) && fits(count) && positiveBuckets.every(fits) && negativeBuckets.every(fits);
}

function readSpans(reader: ByteReader): Span[] {
  const count = reader.count(2);
  const spans: Span[] = [];
  for (let i = 0; i < count; i++) {
    const offset = reader.varint();
    if (Math.abs(offset) > maxSpanOffset) reader.fail('an offset of 32 bits', `${offset}`);
    spans.push({ offset, length: reader.uvarint() });
  }
  return spans;
}

/** The log holds the first count and then differences; here all are absolute. */
function readDeltas(reader: ByteReader): Float64Array {
  const count = reader.count(1);
  if (count === 0) return noBuckets;
  const buckets = new Float64Array(count);
  let last = 0;
  for (let i = 0; i < count; i++) {
    last += reader.varint();
    buckets[i] = last;
  }
  return buckets;
}

function readFloats(reader: ByteReader): Float64Array {
  const count = reader.count(8);
  if (count === 0) return noBuckets;
  const values = new Float64Array(count);
  for (let i = 0; i < count; i++) values[i] = reader.float64();
  return values;
}

export function writeHistogram(writer: ByteWriter, histogram: Histogram): void {
  const { integer } = histogram;
  writer.byte(Math.max(0, resetHints.indexOf(histogram.counterResetHint)));
  writer.varint(histogram.schema);
  writer.float64(histogram.zeroThreshold);
  writeCount(writer, histogram.zeroCount, integer);
  writeCount(writer, histogram.count, integer);
  if (histogram.stale) writer.float64Words(staleNaNHigh, staleNaNLow);
  else writer.float64(histogram.sum);
  writeSpans(writer, histogram.positiveSpans);
  writeSpans(writer, histogram.negativeSpans);
  writeBuckets(writer, histogram.positiveBuckets, integer);
  writeBuckets(writer, histogram.negativeBuckets, integer);
  if (histogram.schema === customBucketsSchema) {
    writeBuckets(writer, histogram.customValues ?? noBuckets, false);
  }
}

function writeCount(writer: ByteWriter, count: number, integer: boolean): void {
  if (integer) writer.uvarint(count);
  else writer.float64(count);
}

function writeSpans(writer: ByteWriter, spans: readonly Span[]): void {
  writer.uvarint(spans.length);
  for (const { offset, length } of spans) {
    writer.varint(offset);
    writer.uvarint(length);
  }
}

function writeBuckets(writer: ByteWriter, buckets: Float64Array, integer: boolean): void {
  writer.uvarint(buckets.length);
  let last = 0;
  for (let i = 0; i < buckets.length; i++) {
    const bucket = buckets[i] as number;
    if (integer) writer.varint(bucket - last);
    else writer.float64(bucket);
    last = bucket;
  }
}
