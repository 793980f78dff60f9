import { type CounterResetHint, type Histogram, isStaleAt, type Span } from '../model/index.js';
import { type WireReader, wireBytes, wireFixed64, wireVarint } from './wire-reader.js';

export interface DecodedHistogram {
  readonly timestampMs: number;
  readonly histogram: Histogram;
}

const hints: readonly CounterResetHint[] = ['unknown', 'reset', 'not-reset', 'gauge'];

interface Side {
  spans: Span[];
  deltas: number[];
  counts: number[];
}

/** A native histogram of remote write 1.0 (prompb/types.proto, message Histogram). Throws `WireError`. */
export function decodeHistogram(reader: WireReader): DecodedHistogram {
  const doubles = new Float64Array(4);
  const [countRow, sumRow, thresholdRow, zeroRow] = [0, 1, 2, 3];
  const negative: Side = { spans: [], deltas: [], counts: [] };
  const positive: Side = { spans: [], deltas: [], counts: [] };
  const bounds: number[] = [];
  let integer = true;
  let schema = 0;
  let hint = 0;
  let timestampMs = 0;
  const double = (row: number, name: string): void => {
    reader.expect(wireFixed64, name);
    copyDouble(reader, doubles, row);
  };
  const whole = (name: string): number => {
    reader.expect(wireVarint, name);
    return reader.varint();
  };
  while (reader.next()) {
    const { field } = reader;
    if (field === 1) {
      doubles[countRow] = whole('CountInt');
      integer = true;
    } else if (field === 2) {
      double(countRow, 'CountFloat');
      integer = false;
    } else if (field === 3) double(sumRow, 'Sum');
    else if (field === 4) {
      reader.expect(wireVarint, 'Schema');
      schema = reader.zigzag();
    } else if (field === 5) double(thresholdRow, 'ZeroThreshold');
    else if (field === 6) doubles[zeroRow] = whole('ZeroCountInt');
    else if (field === 7) double(zeroRow, 'ZeroCountFloat');
    else if (field === 8 || field === 11) {
      reader.expect(wireBytes, field === 8 ? 'NegativeSpans' : 'PositiveSpans');
      (field === 8 ? negative : positive).spans.push(decodeSpan(reader.nested('BucketSpan')));
    } else if (field === 9) readDeltas(reader, negative.deltas);
    else if (field === 10) readDoubles(reader, negative.counts);
    else if (field === 12) readDeltas(reader, positive.deltas);
    else if (field === 13) readDoubles(reader, positive.counts);
    else if (field === 14) hint = whole('ResetHint');
    else if (field === 15) {
      reader.expect(wireVarint, 'Timestamp');
      timestampMs = reader.int64();
    } else if (field === 16) readDoubles(reader, bounds);
    else reader.skip();
  }
  const histogram: Histogram = {
    integer,
    counterResetHint: hints[hint] ?? 'unknown',
    schema,
    zeroThreshold: doubles[thresholdRow] as number,
    zeroCount: doubles[zeroRow] as number,
    count: doubles[countRow] as number,
    sum: doubles[sumRow] as number,
    stale: isStaleAt(new Uint32Array(doubles.buffer), sumRow),
    positiveSpans: positive.spans,
    negativeSpans: negative.spans,
    positiveBuckets: bucketsOf(positive, integer),
    negativeBuckets: bucketsOf(negative, integer),
    customValues: bounds.length === 0 ? undefined : Float64Array.from(bounds),
  };
  return { timestampMs, histogram };
}

/** Integer histograms carry differences of neighbouring buckets, float histograms the counts themselves. */
function bucketsOf({ deltas, counts }: Side, integer: boolean): Float64Array {
  if (!integer) return Float64Array.from(counts);
  const buckets = new Float64Array(deltas.length);
  let count = 0;
  for (let i = 0; i < deltas.length; i++) {
    count += deltas[i] as number;
    buckets[i] = count;
  }
  return buckets;
}

function decodeSpan(reader: WireReader): Span {
  let offset = 0;
  let length = 0;
  while (reader.next()) {
    if (reader.field === 1) {
      reader.expect(wireVarint, 'Offset');
      offset = reader.zigzag();
    } else if (reader.field === 2) {
      reader.expect(wireVarint, 'Length');
      length = reader.varint();
    } else reader.skip();
  }
  return { offset, length };
}

/** Packed or one a field, as every decoder must take them. */
function readDeltas(reader: WireReader, into: number[]): void {
  if (reader.wire !== wireBytes) {
    reader.expect(wireVarint, 'Deltas');
    into.push(reader.zigzag());
    return;
  }
  const packed = reader.nested('Deltas');
  while (packed.at < packed.end) into.push(packed.zigzag());
}

function readDoubles(reader: WireReader, into: number[]): void {
  const one = new Float64Array(1);
  if (reader.wire !== wireBytes) {
    reader.expect(wireFixed64, 'Counts');
    copyDouble(reader, one, 0);
    into.push(one[0] as number);
    return;
  }
  const packed = reader.nested('Counts');
  while (packed.at < packed.end) {
    copyDouble(packed, one, 0);
    into.push(one[0] as number);
  }
}

export function copyDouble(reader: WireReader, into: Float64Array, row: number): void {
  const at = reader.fixed64();
  new Uint8Array(into.buffer, into.byteOffset).set(reader.bytes.subarray(at, at + 8), row * 8);
}
