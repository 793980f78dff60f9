/**
 * Series of a log straight from their record into the head, and back: a u64 reference, the count of labels, then each name and
 * value behind its length, numbers as uvarints. What upstream writes is in order; all else is left to the caller.
 * Source: tsdb/record/record.go, Series and EncodeLabels.
 */
import { addRow, findSeries, internPair, noRow, reservePosting, rowOfRef } from './head-index';
import { coldRow } from './head-state';
import { finish, internSymbol, mix, symbolHeader } from './head-symbols';
import { isUtf8 } from './scan-series';

const mostLabels: u32 = 64;
const mostSafe: u64 = 0x1fffffffffffff;

/** Behind the number that was read last; 0 where it is none below 2^28. */
let numberEnd: u32 = 0;

// @ts-ignore: decorator
@inline
function readNumber(at: u32, end: u32): u32 {
  if (at < end) {
    const byte: u32 = load<u8>(at);
    if (byte < 0x80) {
      numberEnd = at + 1;
      return byte;
    }
  }
  return readLongNumber(at, end);
}

function readLongNumber(at: u32, end: u32): u32 {
  let value: u32 = 0;
  for (let shift: u32 = 0; shift < 28 && at < end; shift += 7) {
    const byte: u32 = load<u8>(at++);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      numberEnd = at;
      return value;
    }
  }
  numberEnd = 0;
  return 0;
}

/** Behind a text; 0 where it is cut off or no UTF-8. */
function passText(at: u32, end: u32): u32 {
  const length = readNumber(at, end);
  const start = numberEnd;
  if (start == 0 || length > end - start) return 0;
  const stop = start + length;
  let high: u64 = 0;
  let p = start;
  for (; p + 8 <= stop; p += 8) high |= load<u64>(p);
  for (; p < stop; p++) high |= load<u8>(p);
  if ((high & 0x8080808080808080) != 0 && !isUtf8(start, stop)) return 0;
  return stop;
}

/** Of two texts at their lengths. */
function isBefore(a: u32, b: u32): bool {
  const lengthA = readNumber(a, a + 4);
  const textA = numberEnd;
  const lengthB = readNumber(b, b + 4);
  const textB = numberEnd;
  const both = min(lengthA, lengthB);
  for (let i: u32 = 0; i < both; i++) {
    const x = load<u8>(textA + i);
    const y = load<u8>(textB + i);
    if (x != y) return x < y;
  }
  return lengthA < lengthB;
}

/** Behind the series at `at`; 0 for what the caller must read. */
function passSeries(at: u32, end: u32): u32 {
  if (end - at < 9) return 0;
  const ref = bswap<u64>(load<u64>(at));
  if (ref == 0 || ref > mostSafe) return 0;
  const count = readNumber(at + 8, end);
  if (numberEnd == 0 || count == 0 || count > mostLabels) return 0;
  at = numberEnd;
  let before: u32 = 0;
  for (let i: u32 = 0; i < count; i++) {
    const name = at;
    at = passText(name, end);
    if (at == 0) return 0;
    if (before != 0 && !isBefore(before, name)) return 0;
    before = name;
    const value = at;
    at = passText(value, end);
    if (at == 0) return 0;
    // An empty value is no label.
    readNumber(value, end);
    if (numberEnd == at) return 0;
  }
  return at;
}

/**
 * Looks at the series between `at` and `end`, at about `most` bytes of them; answers where it stopped, between two
 * series; 0 where one is cut off, not in order, or otherwise not as upstream writes it.
 */
export function headCheckSeries(at: u32, end: u32, most: u32): u32 {
  const pause = end - at > most ? at + most : end;
  while (at < pause) {
    at = passSeries(at, end);
    if (at == 0) return 0;
  }
  return at;
}

/** The labels of the series before, each its bytes' address, their count and its pair: most series share some. */
const lately: usize = memory.data(mostLabels * 12, 16);
const pairs: usize = memory.data(mostLabels * 4, 16);
let latelyCount: u32 = 0;
let restoredEnd: u32 = 0;
let restoredRow: u32 = 0;

/** Where `headRestoreSeries` stopped. */
export function headRestoredEnd(): u32 {
  return restoredEnd;
}

/** The row that it would have taken next. */
export function headRestoredRow(): u32 {
  return restoredRow;
}

// @ts-ignore: decorator
@inline
function sameBytes(a: u32, b: u32, bytes: u32): bool {
  let i: u32 = 0;
  for (; i + 8 <= bytes; i += 8) if (load<u64>(a + i) != load<u64>(b + i)) return false;
  for (; i < bytes; i++) if (load<u8>(a + i) != load<u8>(b + i)) return false;
  return true;
}

/** The pair of a label whose bytes, lengths with them, are `at` to `end`; `value` is where its value's length is. */
function pairOf(index: u32, at: u32, value: u32, end: u32): u32 {
  const known = <u32>lately + index * 12;
  const bytes = end - at;
  if (index < latelyCount && load<u32>(known, 4) == bytes && sameBytes(load<u32>(known), at, bytes)) {
    return load<u32>(known, 8);
  }
  const nameBytes = readNumber(at, end);
  const name = internSymbol(numberEnd, nameBytes);
  if (name == 0) return 0;
  const valueBytes = readNumber(value, end);
  const text = internSymbol(numberEnd, valueBytes);
  if (text == 0) return 0;
  const pair = internPair(name, text);
  if (pair == 0) return 0;
  store<u32>(known, at);
  store<u32>(known, bytes, 4);
  store<u32>(known, pair, 8);
  return pair;
}

// @ts-ignore: decorator
@inline
function behindText(at: u32, end: u32): u32 {
  const length = readNumber(at, end);
  return numberEnd + length;
}

/** False where the labels have a row already or memory is used up. */
function restoreOne(at: u32, end: u32, count: u32, row: u32, ref: f64): bool {
  let hash = count;
  for (let i: u32 = 0; i < count; i++) {
    const value = behindText(at, end);
    const behind = behindText(value, end);
    const pair = pairOf(i, at, value, behind);
    if (pair == 0) {
      latelyCount = 0;
      return false;
    }
    store<u32>(pairs + (i << 2), pair);
    hash = mix(hash, pair);
    at = behind;
    if (i >= latelyCount) latelyCount = i + 1;
  }
  hash = finish(hash);
  if (findSeries(<u32>pairs, count, hash) != noRow) return false;
  for (let i: u32 = 0; i < count; i++) if (!reservePosting(load<u32>(pairs + (i << 2)))) return false;
  return addRow(row, ref, <u32>pairs, count, hash);
}

/**
 * Makes the series between `at` and `end`, which `headCheckSeries` found sound, in the rows from `row` up to `rowEnd`
 * (excluded): at most `most`. `refs` receives the reference of each, as a double, negative where the head has it.
 * Answers how many it went through; stops at one whose labels have a row, or for which there is no row or memory.
 */
export function headRestoreSeries(
  at: u32,
  end: u32,
  row: u32,
  rowEnd: u32,
  refs: u32,
  most: u32,
): u32 {
  latelyCount = 0;
  let done: u32 = 0;
  for (; done < most && at < end; done++) {
    const ref = <f64>bswap<u64>(load<u64>(at));
    const count = readNumber(at + 8, end);
    const labels = numberEnd;
    let behind = labels;
    for (let i: u32 = 0; i < count << 1; i++) behind = behindText(behind, end);
    if (rowOfRef(ref) != noRow) {
      store<f64>(refs + (done << 3), -ref);
    } else {
      if (row == rowEnd || !restoreOne(labels, end, count, row, ref)) break;
      row++;
      store<f64>(refs + (done << 3), ref);
    }
    at = behind;
  }
  restoredEnd = at;
  restoredRow = row;
  return done;
}

// @ts-ignore: decorator
@inline
function putText(at: u32, symbol: u32): u32 {
  const bytes = load<u32>(symbol);
  at = putNumber(at, bytes);
  memory.copy(at, symbol + symbolHeader, bytes);
  return at + bytes;
}

// @ts-ignore: decorator
@inline
function putNumber(at: u32, value: u32): u32 {
  for (; value >= 0x80; value >>= 7) store<u8>(at++, value | 0x80);
  store<u8>(at, value);
  return at + 1;
}

/**
 * Writes the series of a ref as records of the log have it, at `at`; answers where it ends. 0 where there is none,
 * `noRow` where it does not fit before `end`.
 */
export function headWriteSeries(ref: f64, at: u32, end: u32): u32 {
  const row = rowOfRef(ref);
  if (row == noRow) return 0;
  const cold = coldRow(row);
  const labels = load<u32>(cold, 24);
  const count: u32 = load<u16>(cold, 28);
  let bytes: u64 = 8 + 5;
  for (let i: u32 = 0; i < count; i++) {
    const pair = load<u32>(labels + (i << 2));
    bytes += <u64>load<u32>(load<u32>(pair)) + load<u32>(load<u32>(pair, 4)) + 10;
  }
  if (bytes > <u64>(end - at)) return noRow;
  store<u64>(at, bswap<u64>(<u64>ref));
  at = putNumber(at + 8, count);
  for (let i: u32 = 0; i < count; i++) {
    const pair = load<u32>(labels + (i << 2));
    at = putText(at, load<u32>(pair));
    at = putText(at, load<u32>(pair, 4));
  }
  return at;
}
