/**
 * Columns as the samples of histogram chunks (tsdb/chunkenc/histogram.go, float_histogram.go, histogram_st.go,
 * float_histogram_st.go). What stands before them, the layout, is the caller's to write, and so is the cut where the
 * layout changes. Twin: HistogramChunkWriter in src/chunkenc. The cursor and the rows are those of histogram-decode.ts;
 * here the address and the length are those of the block that is written, the fields are what the last sample wrote,
 * and a window of no bits is none yet.
 */
import {
  beginPut,
  put,
  putBit,
  putDifference,
  putStart,
  putStartDifference,
  putStartOf,
  putTrailing,
  putUnsignedVarbit,
  putVarbit,
  putWindow,
  usePutStart,
  usePutWindow,
} from './chunk-put';

const wholeFlag: u32 = 1;
const startsFlag: u32 = 2;
const staleFlag: u8 = 1;
const staleBits: u64 = 0x7ff0000000000002;
/** NaNs that look like stale markers, their sign and their quiet bit aside, become this one. */
const looksMask: u64 = 0x7ff7ffffffffffff;
const normalNaN: u64 = 0x7ff8000000000001;
const headBytes: u32 = 80;
const fieldBytes: u32 = 16;
const sumField: u32 = headBytes + 2 * fieldBytes;
const firstBucket: u32 = headBytes + 3 * fieldBytes;
const startByte: u32 = 2;
/** No field takes more; and the time, a start timestamp and what a store takes too much. */
const mostFieldBytes: u32 = 10;
const sampleBytes: u32 = 32;
/** Behind so many fields a call ends. */
const mostFields: u32 = 1 << 17;

function putXor(field: u32, value: u64): void {
  const before = load<u64>(field);
  if (value == before) {
    put(0, 1);
    return;
  }
  usePutWindow(load<u32>(field, 8), load<u32>(field, 12));
  putDifference(value ^ before, 0b10, 2, 0b11, 2);
  store<u64>(field, value);
  store<u32>(field, putWindow, 8);
  store<u32>(field, putTrailing, 12);
}

function putFirst(field: u32, bits: u64): void {
  put(bits, 64);
  store<u64>(field, bits);
}

/** A whole number as the change of its change. */
// @ts-ignore: decorator
@inline
function putWhole(field: u32, value: f64): void {
  const delta = value - load<f64>(field);
  putVarbit(<i64>(delta - load<f64>(field, 8)));
  store<f64>(field, value);
  store<f64>(field, delta, 8);
}

/** A stale marker says that its counts have changed as before, and that they are 0. */
function putStaleWhole(field: u32): void {
  put(0, 1);
  store<f64>(field, -load<f64>(field), 8);
  store<f64>(field, 0);
}

/** Buckets of one side as differences of neighbours. */
function putWholeBuckets(fields: u32, behind: u32, from: u32, isFirst: bool): void {
  let at = from;
  let before: f64 = 0;
  for (let field = fields; field < behind; field += fieldBytes) {
    const count = load<f64>(at);
    at += 8;
    const value = count - before;
    before = count;
    if (isFirst) {
      putVarbit(<i64>value);
      store<f64>(field, value);
    } else putWhole(field, value);
  }
}

/** The numbers of one sample, whole; its buckets are at `from`. */
function putWholeSample(cursor: u32, isFirst: bool, isStale: bool, count: f64, zero: f64, sum: u64, from: u32): void {
  const fields = cursor + headBytes;
  if (isFirst) {
    putUnsignedVarbit(<u64>count);
    putUnsignedVarbit(<u64>zero);
    store<f64>(fields, count);
    store<f64>(fields, zero, fieldBytes);
    putFirst(cursor + sumField, sum);
  } else {
    if (isStale) {
      putStaleWhole(fields);
      putStaleWhole(fields + fieldBytes);
    } else {
      putWhole(fields, count);
      putWhole(fields + fieldBytes, zero);
    }
    putXor(cursor + sumField, sum);
  }
  if (isStale) return;
  const positive = load<u32>(cursor, 24);
  const buckets = cursor + firstBucket;
  const middle = buckets + positive * fieldBytes;
  putWholeBuckets(buckets, middle, from, isFirst);
  putWholeBuckets(middle, middle + load<u32>(cursor, 28) * fieldBytes, from + (positive << 3), isFirst);
}

function putFloatSample(cursor: u32, isFirst: bool, isStale: bool, count: u64, zero: u64, sum: u64, from: u32): void {
  const fields = cursor + headBytes;
  const width: u32 = isStale ? 0 : load<u32>(cursor, 24) + load<u32>(cursor, 28);
  const buckets = cursor + firstBucket;
  if (isFirst) {
    putFirst(fields, count);
    putFirst(fields + fieldBytes, zero);
    putFirst(cursor + sumField, sum);
    for (let i: u32 = 0; i < width; i++) putFirst(buckets + i * fieldBytes, load<u64>(from + (i << 3)));
    return;
  }
  putXor(fields, count);
  putXor(fields + fieldBytes, zero);
  putXor(cursor + sumField, sum);
  for (let i: u32 = 0; i < width; i++) putXor(buckets + i * fieldBytes, load<u64>(from + (i << 3)));
}

function sumOf(bits: u64, isStale: bool): u64 {
  if (isStale) return staleBits;
  return (bits & looksMask) == staleBits ? normalNaN : bits;
}

/**
 * Appends rows `from` to `to`; buckets stand row behind row from that of row `from` on, stale markers have none (a
 * chunk that begins with one has no buckets at all). Answers the row it stopped before: the block has no room for it,
 * or the call has written enough. The chunk's header counts what is written; its reset flags are the caller's.
 */
export function histogramEncode(cursor: u32, rows: u32, buckets: u32, capacity: u32, from: u32, to: u32): u32 {
  const out = load<u32>(cursor);
  const flags = load<u32>(cursor, 12);
  const width = load<u32>(cursor, 24) + load<u32>(cursor, 28);
  const column = capacity << 3;
  const mostBytes = sampleBytes + (3 + width) * mostFieldBytes;
  const most = from + max<u32>(1, mostFields / (5 + width));
  let index = load<u32>(cursor, 16);
  let previous = load<f64>(cursor, 32);
  let delta = load<f64>(cursor, 40);
  let at = buckets;
  let row = from;
  beginPut(out, load<u32>(cursor, 8));
  usePutStart(load<f64>(cursor, 48), load<f64>(cursor, 56));
  for (; row < min<u32>(to, most); row++, index++) {
    if (<u64>(putBit >> 3) + mostBytes > <u64>load<u32>(cursor, 4)) break;
    const into = rows + (row << 3);
    const isStale = (load<u8>(rows + 5 * column + row) & staleFlag) != 0;
    const time = load<f64>(into);
    const next = time - previous;
    if (index == 0) putVarbit(<i64>time);
    else {
      putVarbit(<i64>(next - delta));
      delta = next;
    }
    const count: u64 = isStale ? 0 : load<u64>(into + 2 * column);
    const zero: u64 = isStale ? 0 : load<u64>(into + 3 * column);
    const sum = sumOf(load<u64>(into + 4 * column), isStale);
    if ((flags & wholeFlag) == 0) putFloatSample(cursor, index == 0, isStale, count, zero, sum, at);
    else putWholeSample(cursor, index == 0, isStale, reinterpret<f64>(count), reinterpret<f64>(zero), sum, at);
    if (!isStale) at += width << 3;
    if ((flags & startsFlag) != 0)
      putStartOf(out + startByte, index, time, previous, load<f64>(into + column));
    previous = time;
  }
  const kept = (flags & startsFlag) != 0 ? <u32>load<u8>(out) & 0xc0 : 0;
  store<u8>(out, kept | (index >> 8));
  store<u8>(out, index, 1);
  store<u32>(cursor, putBit, 8);
  store<u32>(cursor, index, 16);
  store<f64>(cursor, previous, 32);
  store<f64>(cursor, delta, 40);
  store<f64>(cursor, putStart, 48);
  store<f64>(cursor, putStartDifference, 56);
  return row;
}
