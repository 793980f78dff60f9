/**
 * Requests of remote write 1.0 (prompb/remote.proto), from bytes to rows. What plain senders send is read here; for
 * anything else the scan answers `unusual` and the whole request is the caller's to read. 32 bytes behind the message
 * may be read and count for nothing.
 *
 * Series, 40 bytes each: u32 address and end of its label fields, u32 address and end of its message, u64 hash of the
 * label fields, f64 the store's ref (0 while unknown), u32 1 where it has histograms or exemplars, 4 bytes unused.
 * Table, 16 bytes each: u64 hash, f64 ref, 0 where empty. Texts are not kept: hashes are keyed (scan-lines.ts).
 */
import { hashText } from './scan-lines';
import { isUtf8 } from './scan-series';

// Fields of the block, bytes from its start.
const atField: usize = 0;
const endField: usize = 4;
const seriesStartField: usize = 8;
const seriesEndField: usize = 12;
const labelsAtField: usize = 16;
const labelsEndField: usize = 20;
const isOddField: usize = 24;
const rowsField: usize = 28;
const rowCapacityField: usize = 32;
const seriesCountField: usize = 36;
const seriesCapacityField: usize = 40;
const rowRefsField: usize = 44;
const rowTimesField: usize = 48;
const rowValuesField: usize = 52;
const rowOwnersField: usize = 56;
const seriesField: usize = 60;
const tableField: usize = 64;
const maskField: usize = 68;
const keysField: usize = 72;
const unknownField: usize = 76;
const oddField: usize = 80;
const keptField: usize = 84;
const refusalField: usize = 88;
const isFullField: usize = 92;
const textsField: usize = 96;

const scanMore: u32 = 0;
const scanDone: u32 = 1;
const scanFull: u32 = 2;
const scanUnusual: u32 = 3;

const seriesBytes: u32 = 40;
const mostLength: u64 = 0x0fff_ffff;
const mostTime: i64 = 0x1f_ffff_ffff_ffff;

/** Behind the varint that was read last; 0 where it is none of ten bytes. */
let varintEnd: u32 = 0;

function readLongVarint(at: u32): u64 {
  let value: u64 = 0;
  for (let shift: u64 = 0; shift < 64; shift += 7) {
    const byte: u64 = load<u8>(at++);
    if (shift == 63 && byte > 1) break;
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      varintEnd = at;
      return value;
    }
  }
  varintEnd = 0;
  return 0;
}

// @ts-ignore: decorator
@inline
function readVarint(at: u32): u64 {
  const byte: u32 = load<u8>(at);
  if (byte < 0x80) {
    varintEnd = at + 1;
    return byte;
  }
  return readLongVarint(at);
}

/** The end of a field of bytes whose length is at `at`; 0 where that is behind `end`. `varintEnd` is its beginning. */
// @ts-ignore: decorator
@inline
function endOfBytes(at: u32, end: u32): u32 {
  const length = readVarint(at);
  if (varintEnd == 0 || varintEnd > end || length > <u64>(end - varintEnd)) return 0;
  return varintEnd + <u32>length;
}

/** Puts a sample into row `row`; false for what is not plain. */
// @ts-ignore: decorator
@inline
function readSample(block: u32, row: u32, at: u32, end: u32): bool {
  let value: u64 = 0;
  let time: i64 = 0;
  while (at < end) {
    const tag: u32 = load<u8>(at);
    if (tag == 0x09) {
      if (end - at < 9) return false;
      value = load<u64>(at, 1);
      at += 9;
    } else if (tag == 0x10) {
      time = <i64>readVarint(at + 1);
      if (varintEnd == 0 || varintEnd > end) return false;
      at = varintEnd;
    } else return false;
  }
  if (time > mostTime || time < -mostTime) return false;
  store<f64>(load<u32>(block, rowTimesField) + (row << 3), <f64>time);
  store<u64>(load<u32>(block, rowValuesField) + (row << 3), value);
  return true;
}

// @ts-ignore: decorator
@inline
function slotOf(table: u32, mask: u32, hash: u64): u32 {
  let index = <u32>hash & mask;
  for (;;) {
    const slot = table + (index << 4);
    if (load<f64>(slot, 8) == 0 || load<u64>(slot) == hash) return slot;
    index = (index + 1) & mask;
  }
  return 0;
}

/** Writes down the series that ends here, and looks it up. */
function endSeries(block: u32): void {
  const index = load<u32>(block, seriesCountField);
  const at = load<u32>(block, seriesField) + index * seriesBytes;
  const labelsAt = load<u32>(block, labelsAtField);
  const labelsEnd = load<u32>(block, labelsEndField);
  store<u32>(at, labelsAt);
  store<u32>(at, labelsEnd, 4);
  store<u32>(at, load<u32>(block, seriesStartField), 8);
  store<u32>(at, load<u32>(block, seriesEndField), 12);
  const hash = hashText(labelsAt, labelsEnd - labelsAt, load<u32>(block, keysField));
  const ref = load<f64>(slotOf(load<u32>(block, tableField), load<u32>(block, maskField), hash), 8);
  store<u64>(at, hash, 16);
  store<f64>(at, ref, 24);
  const isOdd = load<u32>(block, isOddField);
  store<u32>(at, isOdd, 32);
  if (ref == 0) store<u32>(block, load<u32>(block, unknownField) + 1, unknownField);
  if (isOdd != 0) store<u32>(block, load<u32>(block, oddField) + 1, oddField);
  store<u32>(block, index + 1, seriesCountField);
}

/** Goes on for about `most` bytes. Answers why it stopped: more to do, done, a column is full, or nothing plain. */
export function remoteScan(block: u32, most: u32): u32 {
  const end = load<u32>(block, endField);
  let at = load<u32>(block, atField);
  let row = load<u32>(block, rowsField);
  const pause = end - at > most ? at + most : end;
  const rowCapacity = load<u32>(block, rowCapacityField);
  const owners = load<u32>(block, rowOwnersField);
  let seriesEnd = load<u32>(block, seriesEndField);
  let answer = scanDone;
  for (;;) {
    if (seriesEnd != 0 && at == seriesEnd) {
      endSeries(block);
      seriesEnd = 0;
      store<u32>(block, 0, seriesEndField);
      continue;
    }
    if (at >= pause) {
      answer = at >= end ? scanDone : scanMore;
      break;
    }
    const tag: u32 = load<u8>(at);
    const limit = seriesEnd == 0 ? end : seriesEnd;
    const behind = endOfBytes(at + 1, limit);
    if (behind == 0) return scanUnusual;
    if (seriesEnd != 0) {
      if (tag == 0x12) {
        if (row == rowCapacity) {
          answer = scanFull;
          break;
        }
        if (!readSample(block, row, varintEnd, behind)) return scanUnusual;
        store<u32>(owners + (row << 2), load<u32>(block, seriesCountField));
        row++;
      } else if (tag == 0x0a) {
        // Label fields that stand apart are not plain.
        const labelsEnd = load<u32>(block, labelsEndField);
        if (labelsEnd == 0) store<u32>(block, at, labelsAtField);
        else if (labelsEnd != at) return scanUnusual;
        store<u32>(block, behind, labelsEndField);
      } else if (tag == 0x1a || tag == 0x22) store<u32>(block, 1, isOddField);
      else return scanUnusual;
      at = behind;
    } else if (tag == 0x0a) {
      if (load<u32>(block, seriesCountField) == load<u32>(block, seriesCapacityField)) {
        answer = scanFull;
        break;
      }
      at = varintEnd;
      seriesEnd = behind;
      store<u32>(block, at, seriesStartField);
      store<u32>(block, behind, seriesEndField);
      store<u64>(block, 0, labelsAtField);
      store<u32>(block, 0, isOddField);
    } else if (tag == 0x1a) at = behind;
    else return scanUnusual;
  }
  store<u32>(block, at, atField);
  store<u32>(block, row, rowsField);
  return answer;
}

/** The ref of a series of the request, which later requests find. The table has room. */
export function remotePut(block: u32, index: u32, ref: f64): bool {
  const at = load<u32>(block, seriesField) + index * seriesBytes;
  const hash = load<u64>(at, 16);
  store<f64>(at, ref, 24);
  const slot = slotOf(load<u32>(block, tableField), load<u32>(block, maskField), hash);
  const isNew = load<f64>(slot, 8) == 0;
  store<u64>(slot, hash);
  store<f64>(slot, ref, 8);
  return isNew;
}

/** Enters slots `from` to `to` of a table into a larger, empty one. */
export function remoteMove(table: u32, from: u32, to: u32, larger: u32, mask: u32): void {
  for (let i = from; i < to; i++) {
    const old = table + (i << 4);
    if (load<f64>(old, 8) == 0) continue;
    const slot = slotOf(larger, mask, load<u64>(old));
    store<u64>(slot, load<u64>(old));
    store<f64>(slot, load<f64>(old, 8), 8);
  }
}

/**
 * Gives rows `from` to `to` the refs of their series and moves those together that the store is to see: not those of
 * dropped series (ref 0), of refused ones (ref -1), and later than `latest`.
 */
export function remoteFill(block: u32, from: u32, to: u32, latest: f64): void {
  const refs = load<u32>(block, rowRefsField);
  const times = load<u32>(block, rowTimesField);
  const values = load<u32>(block, rowValuesField);
  const owners = load<u32>(block, rowOwnersField);
  const series = load<u32>(block, seriesField);
  let kept = load<u32>(block, keptField);
  for (let row = from; row < to; row++) {
    const owner = load<u32>(owners + (row << 2));
    const ref = load<f64>(series + owner * seriesBytes, 24);
    if (ref == 0) continue;
    const time = load<f64>(times + (row << 3));
    if (ref < 0 || time > latest) {
      if (load<u32>(block, refusalField) == 0) store<u32>(block, ref < 0 ? 6 : 2, refusalField);
      if (ref < 0) store<u32>(block, 1, isFullField);
      continue;
    }
    store<f64>(refs + (kept << 3), ref);
    store<f64>(times + (kept << 3), time);
    store<u64>(values + (kept << 3), load<u64>(values + (row << 3)));
    store<u32>(owners + (kept << 2), owner);
    kept++;
  }
  store<u32>(block, kept, keptField);
}

const nameText: u64 = 0x5f5f656d616e5f5f;

/** Of two texts behind their lengths. */
function isBefore(a: u32, b: u32): bool {
  const lengthA = load<u32>(a);
  const lengthB = load<u32>(b);
  const order = memory.compare(a + 4, b + 4, min(lengthA, lengthB));
  return order != 0 ? order < 0 : lengthA < lengthB;
}

/** Behind a text as the head takes it; 0 where there is no room or it is no UTF-8. */
// @ts-ignore: decorator
@inline
function putText(into: u32, intoEnd: u32, from: u32, end: u32): u32 {
  const bytes = end - from;
  const behind = into + 4 + ((bytes + 3) & ~3);
  if (behind > intoEnd || behind < into) return 0;
  store<u32>(behind - 4, 0);
  store<u32>(into, bytes);
  memory.copy(into + 4, from, bytes);
  let high: u64 = 0;
  let at = from;
  for (; at + 8 <= end; at += 8) high |= load<u64>(at);
  for (; at < end; at++) high |= load<u8>(at);
  if ((high & 0x8080808080808080) != 0 && !isUtf8(from, end)) return 0;
  return behind;
}

let labelCount: u32 = 0;

/** Puts the label fields from `at` to `end`; behind them, 0 for what is not plain or finds no room. */
function putLabels(at: u32, end: u32, into: u32, intoEnd: u32): u32 {
  let before: u32 = 0;
  let hasName = false;
  labelCount = 0;
  while (at < end) {
    const labelEnd = endOfBytes(at + 1, end);
    if (labelEnd == 0) return 0;
    at = varintEnd;
    if (at == labelEnd || load<u8>(at) != 0x0a) return 0;
    const nameEnd = endOfBytes(at + 1, labelEnd);
    if (nameEnd == 0 || nameEnd == varintEnd) return 0;
    const name = into;
    if (nameEnd - varintEnd == 8 && load<u64>(varintEnd) == nameText) hasName = true;
    into = putText(into, intoEnd, varintEnd, nameEnd);
    if (into == 0 || (before != 0 && !isBefore(before, name))) return 0;
    before = name;
    if (nameEnd == labelEnd || load<u8>(nameEnd) != 0x12) return 0;
    const valueEnd = endOfBytes(nameEnd + 1, labelEnd);
    if (valueEnd == 0 || valueEnd != labelEnd || valueEnd == varintEnd) return 0;
    into = putText(into, intoEnd, varintEnd, valueEnd);
    if (into == 0) return 0;
    at = labelEnd;
    labelCount++;
  }
  return hasName ? into : 0;
}

/**
 * Puts the labels of unknown series from `index` on as texts, as the head takes them, at `into`; of each an entry of
 * `list`, 12 bytes: u32 its index, u32 where its texts are, u32 how many labels. Series that are not plain are passed
 * over, and so are those that are larger than half of the room. Answers where it stopped.
 */
export function remoteTexts(block: u32, index: u32, list: u32, most: u32, into: u32, intoEnd: u32): u32 {
  const count = load<u32>(block, seriesCountField);
  const half = into + ((intoEnd - into) >> 1);
  let listed: u32 = 0;
  for (; index < count && listed < most && into < half; index++) {
    const at = load<u32>(block, seriesField) + index * seriesBytes;
    if (load<f64>(at, 24) != 0) continue;
    const behind = putLabels(load<u32>(at), load<u32>(at, 4), into, intoEnd);
    if (behind == 0) continue;
    const entry = list + listed * 12;
    store<u32>(entry, index);
    store<u32>(entry, into, 4);
    store<u32>(entry, labelCount, 8);
    into = behind;
    listed++;
  }
  store<u32>(block, listed, textsField);
  return index;
}
