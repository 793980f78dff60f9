/**
 * The samples of histogram chunks (tsdb/chunkenc/histogram.go, histogram_st.go, float_histogram.go,
 * float_histogram_st.go) into columns, some at a call. What stands before them, the layout, is the caller's. Twin:
 * HistogramChunkReader in src/chunkenc; the bits are drawn in docs/formats/chunk-encodings.md. Whole counts are worked
 * with as doubles, as the twin does: each is below 2^53 when it is read, and sums are rounded alike.
 *
 * The cursor, which the caller owns and sets up, is this head and 16 bytes a field behind it:
 *
 *     0 u32 address     4 u32 length          8 u32 next bit       12 u32 flags: 1 whole counts, 2 starts, 4 all rows
 *    16 u32 samples    20 u32 samples read   24 u32 positive and  28 u32 negative buckets
 *    32 f64 time       40 f64 delta          48 f64 start         56 f64 difference of the last two starts
 *    64 f64 last row   72 u32 rows written   76 u32 rows of buckets written
 *    80 fields: count, zero count, sum, buckets. Whole counts: f64 value, f64 its last change. Else: u64 bits, u32 bits
 *       of the window, u32 zeros behind it.
 *
 * The rows, each column `capacity` long: f64 time, f64 start, f64 count, f64 zero count, f64 sum, u8 flags (1 stale
 * marker, 2 first of the chunk). Buckets are rows of doubles, none for a stale marker.
 */
import {
  binOf,
  bitsAt,
  endBit,
  loadedBits,
  nextBit,
  noField,
  openBits,
  allBitsAt,
  readBitVarint,
  readUnsignedVarbit,
  readVarbit,
  readWideVarbit,
  signedBin,
} from './chunk-bits';

const truncated: i32 = -1;
const outOfRange: i32 = -2;
const timeLimit: f64 = 1125899906842624;
const staleBits: u64 = 0x7ff0000000000002;
const wholeFlag: u32 = 1;
const startsFlag: u32 = 2;
const allRowsFlag: u32 = 4;
const headBytes: u32 = 80;
const fieldBytes: u32 = 16;
const sumField: u32 = headBytes + 2 * fieldBytes;
const firstBucket: u32 = headBytes + 3 * fieldBytes;
/** A call ends behind the sample that has taken so many fields. */
const mostFields: u32 = 1 << 17;
const startByte: u32 = 2;

/** Bytes of a cursor for so many buckets. */
export function histogramCursorBytes(buckets: u32): u32 {
  return firstBucket + buckets * fieldBytes;
}

/** Bytes of rows, buckets excluded. */
export function histogramRowBytes(capacity: u32): u32 {
  return capacity * 41;
}

/** The next bit while a sample is read, and whether it has been told to be none. */
let bit: u32 = 0;
let failed: bool = false;

// @ts-ignore: decorator
@inline
function take(value: i64): f64 {
  if (value == noField || nextBit > endBit) {
    failed = true;
    return 0;
  }
  bit = nextBit;
  return <f64>value;
}

// @ts-ignore: decorator
@inline
function takeBits(): u64 {
  const bits = allBitsAt(bit);
  bit += 64;
  if (bit > endBit) failed = true;
  return bits;
}

function readFirstWhole(cursor: u32, positive: u32, negative: u32, out: u32): void {
  store<f64>(cursor + headBytes, take(readUnsignedVarbit(bit)));
  if (!failed) store<f64>(cursor + headBytes, take(readUnsignedVarbit(bit)), fieldBytes);
  if (!failed) store<u64>(cursor + sumField, takeBits());
  store<u32>(cursor + sumField, 64, 8);
  store<u32>(cursor + sumField, 0, 12);
  let into = out;
  let field = cursor + firstBucket;
  const behind = field + (positive + negative) * fieldBytes;
  const middle = field + positive * fieldBytes;
  let sum: f64 = 0;
  for (; field < behind && !failed; field += fieldBytes) {
    const value = take(readVarbit(bit));
    sum = field == middle ? value : sum + value;
    store<f64>(field, value);
    store<f64>(into, sum);
    into += 8;
  }
}

/** Adds to `fields` numbers their changes, which are told by how they change. */
function readWhole(fields: u32, behind: u32): void {
  for (let field = fields; field < behind && !failed; field += fieldBytes) {
    const delta = load<f64>(field, 8) + take(readVarbit(bit));
    store<f64>(field, delta, 8);
    store<f64>(field, load<f64>(field) + delta);
  }
}

/** The same of the buckets of one side, whose counts go to `out`: fields are the differences of neighbours. */
function readWholeBuckets(fields: u32, behind: u32, out: u32): void {
  let into = out;
  let sum: f64 = 0;
  let word: u64 = 0;
  let at = bit;
  /** Bits of `word` that are still good. */
  let left: u32 = 0;
  for (let field = fields; field < behind; field += fieldBytes) {
    let delta = load<f64>(field, 8);
    if (left < 32) {
      if (at > endBit) break;
      word = bitsAt(at);
      left = loadedBits;
    }
    if (<i64>word >= 0) {
      word <<= 1;
      left--;
      at++;
    } else {
      const ones = <u32>clz<u64>(~word);
      if (ones < 7) {
        const width = binOf(ones);
        word <<= ones + 1;
        delta += <f64>signedBin(word, width);
        word <<= width;
        left -= ones + 1 + width;
        at += ones + 1 + width;
      } else {
        const change = readWideVarbit(at, ones == 7);
        if (change == noField) {
          failed = true;
          break;
        }
        delta += <f64>change;
        at = nextBit;
        left = 0;
      }
      store<f64>(field, delta, 8);
    }
    const value = load<f64>(field) + delta;
    store<f64>(field, value);
    sum = field == fields ? value : sum + value;
    store<f64>(into, sum);
    into += 8;
  }
  bit = at;
  if (at > endBit) failed = true;
}

/** One value as what differs from the one before; `bit` moves on. */
// @ts-ignore: decorator
@inline
function readXor(field: u32): u64 {
  const word = bitsAt(bit);
  const before = load<u64>(field);
  if (<i64>word >= 0) {
    bit++;
    return before;
  }
  let head: u32 = 2;
  let width = load<u32>(field, 8);
  let trailing = load<u32>(field, 12);
  if ((word & (<u64>1 << 62)) != 0) {
    head = 13;
    width = ((<u32>(word >> 51) - 1) & 63) + 1;
    trailing = 64 - width - (<u32>(word >> 57) & 31);
    if (trailing > 63) {
      failed = true;
      return before;
    }
    store<u32>(field, width, 8);
    store<u32>(field, trailing, 12);
  }
  const xor = head + width <= loadedBits ? word << head : allBitsAt(bit + head);
  bit += head + width;
  const value = before ^ ((xor >> (64 - width)) << trailing);
  store<u64>(field, value);
  return value;
}

function readSum(cursor: u32): bool {
  return readXor(cursor + sumField) != staleBits;
}

function readXors(fields: u32, behind: u32, out: u32): void {
  let into = out;
  for (let field = fields; field < behind && bit <= endBit && !failed; field += fieldBytes) {
    store<u64>(into, readXor(field));
    into += 8;
  }
}

/** Count, zero count and sum; whether the sample is no stale marker. */
function readXorHead(cursor: u32): bool {
  for (let field = cursor + headBytes; field < cursor + firstBucket; field += fieldBytes) {
    if (bit > endBit || failed) return false;
    readXor(field);
  }
  return load<u64>(cursor + sumField) != staleBits;
}

function readFirstXors(cursor: u32, behind: u32, out: u32): void {
  let into = out - 24;
  for (let field = cursor + headBytes; field < behind && !failed; field += fieldBytes) {
    const bits = takeBits();
    store<u64>(field, bits);
    store<u32>(field, 64, 8);
    store<u32>(field, 0, 12);
    if (into >= out) store<u64>(into, bits);
    into += 8;
  }
}

/** The start timestamp behind sample `index`, where one is written. */
function readStart(cursor: u32, index: u32, time: f64, previous: f64): void {
  const header = <u32>load<u8>(load<u32>(cursor), startByte);
  const changeOn = header & 0x7f;
  if (index == 0) {
    if ((header & 0x80) != 0) store<f64>(cursor, time - take(readBitVarint(bit)), 48);
  } else if (changeOn != 0 && index >= changeOn) {
    const change = take(readVarbit(bit));
    const difference = change + (index == changeOn ? 0 : load<f64>(cursor, 56));
    store<f64>(cursor, difference, 56);
    store<f64>(cursor, previous - difference, 48);
  }
}

/** Reads one sample, its buckets to `out`. */
function readSample(cursor: u32, index: u32, flags: u32, out: u32): void {
  const positive = load<u32>(cursor, 24);
  const negative = load<u32>(cursor, 28);
  const buckets = cursor + firstBucket;
  const middle = buckets + positive * fieldBytes;
  const behind = middle + negative * fieldBytes;
  const previous = load<f64>(cursor, 32);
  let time: f64;
  if (index == 0) {
    time = take(readVarbit(bit));
    if (failed) return;
    if ((flags & wholeFlag) != 0) readFirstWhole(cursor, positive, negative, out);
    else readFirstXors(cursor, behind, out);
  } else {
    const delta = load<f64>(cursor, 40) + take(readVarbit(bit));
    store<f64>(cursor, delta, 40);
    time = previous + delta;
    if (failed) return;
    if ((flags & wholeFlag) != 0) {
      readWhole(cursor + headBytes, cursor + sumField);
      if (!failed && readSum(cursor) && bit <= endBit && !failed) {
        readWholeBuckets(buckets, middle, out);
        if (!failed) readWholeBuckets(middle, behind, out + (positive << 3));
      }
    } else if (readXorHead(cursor) && bit <= endBit && !failed) readXors(buckets, behind, out);
  }
  if (bit > endBit) failed = true;
  store<f64>(cursor, time, 32);
  if (!failed && (flags & startsFlag) != 0) readStart(cursor, index, time, previous);
}

/**
 * Writes rows, up to `capacity` and the end of a slice of work, for the samples with mint <= t <= maxt that are later
 * than the row before; all of them where the flags say so. Answers 1 where the chunk is done (or samples pass maxt), 0
 * where there are more, or a fault: -1 truncated, -2 a time out of range. Rows before a fault are written.
 */
export function histogramDecode(
  cursor: u32,
  rows: u32,
  buckets: u32,
  capacity: u32,
  mint: f64,
  maxt: f64,
): i32 {
  const total = load<u32>(cursor, 16);
  const flags = load<u32>(cursor, 12);
  const width = load<u32>(cursor, 24) + load<u32>(cursor, 28);
  const column = capacity << 3;
  openBits(load<u32>(cursor), load<u32>(cursor, 4));
  bit = load<u32>(cursor, 8);
  failed = false;
  let index = load<u32>(cursor, 20);
  let last = load<f64>(cursor, 64);
  let row: u32 = 0, matrixRow: u32 = 0, fields: u32 = 0;
  let answer: i32 = 0;
  while (answer == 0 && row < capacity && fields < mostFields) {
    if (index == total) {
      answer = 1;
      break;
    }
    readSample(cursor, index, flags, buckets + ((matrixRow * width) << 3));
    const time = load<f64>(cursor, 32);
    const start = load<f64>(cursor, 48);
    if (failed || bit > endBit) answer = truncated;
    else if (!(max<f64>(abs<f64>(time), abs<f64>(start)) <= timeLimit)) answer = outOfRange;
    if (answer != 0) break;
    const isStale = load<u64>(cursor + sumField) == staleBits;
    fields += isStale ? 5 : 5 + width;
    index++;
    if (time < mint || (time <= last && (flags & allRowsFlag) == 0)) continue;
    if (time > maxt) {
      answer = 1;
      break;
    }
    last = time;
    const into = rows + (row << 3);
    store<f64>(into, time);
    store<f64>(into + column, start);
    store<u64>(into + 2 * column, load<u64>(cursor + headBytes));
    store<u64>(into + 3 * column, load<u64>(cursor + headBytes, fieldBytes));
    store<u64>(into + 4 * column, load<u64>(cursor + sumField));
    store<u8>(rows + 5 * column + row, <u8>((isStale ? 1 : 0) | (index == 1 ? 2 : 0)));
    row++;
    if (!isStale) matrixRow++;
  }
  store<u32>(cursor, bit, 8);
  store<u32>(cursor, index, 20);
  store<f64>(cursor, last, 64);
  store<u32>(cursor, row, 72);
  store<u32>(cursor, matrixRow, 76);
  return answer;
}
