/** The loop over a page's lines, common to both text formats: known lines are passed by their hash alone. */

import { numberBits, readName, readNumber, floatOk, numberStatus } from './float-parse';
import {
  atField,
  countRow,
  disorderField,
  endField,
  findSlot,
  hashesField,
  hashField,
  hashText,
  infosField,
  isMeta,
  keysField,
  metricTypeField,
  needsTable,
  otherLine,
  payloadsField,
  predictedField,
  reachedStop,
  rowCapacityField,
  rowsField,
  rowsFull,
  slotCountField,
  stopField,
  tableMaskField,
  takeRow,
  textEndField,
  textStartField,
  timestampField,
  touch,
  unknownText,
  valueField,
} from './scan-lines';
import { classOf, isOpenMetricsValueByte, isTextValueByte, passBlanks, passSeries } from './scan-series';

/** More digits than a timestamp of the text format needs, and all of them exact. */
const longestTimestamp: usize = 15;
const smallestInt64: f64 = -9223372036854775808.0;

/** Reads a value: the answer is behind it, 0 where the complete parser must look. */
// @ts-ignore: decorator
@inline
function passNumber(start: usize, valueByte: u32): usize {
  const at = readNumber(start);
  if (at != 0 && (classOf(load<u8>(at)) & valueByte) == 0) return numberStatus() == floatOk ? at : 0;
  let end = start;
  while ((classOf(load<u8>(end)) & valueByte) != 0) end++;
  return readName(start, end) ? end : 0;
}

/** Value and timestamp of a text line, `start` behind the series text: the answer is behind the line feed, or 0. */
// @ts-ignore: decorator
@inline
function passTextSample(block: usize, start: usize): usize {
  let at = passNumber(passBlanks(start), isTextValueByte);
  if (at == 0) return 0;
  store<u64>(block, numberBits(), valueField);
  at = passBlanks(at);
  if (load<u8>(at) == 0x0a) {
    store<f64>(block, NaN, timestampField);
    return at + 1;
  }
  const first = at;
  let timestamp: u64 = 0;
  for (let digit = <u32>load<u8>(at) - 0x30; digit < 10; digit = <u32>load<u8>(at) - 0x30) {
    timestamp = timestamp * 10 + digit;
    at++;
  }
  if (at == first || at - first > longestTimestamp) return 0;
  at = passBlanks(at);
  if (load<u8>(at) != 0x0a) return 0;
  store<f64>(block, <f64>timestamp, timestampField);
  return at + 1;
}

// @ts-ignore: decorator
@inline
function passOpenMetricsSample(block: usize, start: usize): usize {
  if (load<u8>(start) != 0x20) return 0;
  let at = passNumber(start + 1, isOpenMetricsValueByte);
  if (at == 0) return 0;
  store<u64>(block, numberBits(), valueField);
  store<f64>(block, NaN, timestampField);
  if (load<u8>(at) == 0x20) {
    at = passNumber(at + 1, isOpenMetricsValueByte);
    if (at == 0) return 0;
    const seconds = reinterpret<f64>(numberBits());
    if (!isFinite<f64>(seconds)) return 0;
    const milliseconds = Math.trunc(seconds * 1000.0) + 0.0;
    const fits = milliseconds >= smallestInt64 && milliseconds < -smallestInt64;
    store<f64>(block, fits ? milliseconds : smallestInt64, timestampField);
  }
  return load<u8>(at) == 0x0a ? at + 1 : 0;
}

// @ts-ignore: decorator
@inline
function passSample(block: usize, start: usize, isText: bool): usize {
  return isText ? passTextSample(block, start) : passOpenMetricsSample(block, start);
}

// @ts-ignore: decorator
@inline
function isMetadata(block: usize, slot: u32): bool {
  return (load<u32>(load<u32>(block, infosField) + (slot << 2)) & isMeta) != 0;
}

// @ts-ignore: decorator
@inline
function takeMetadata(block: usize, slot: u32): void {
  const type = <u32>load<f64>(load<u32>(block, payloadsField) + (slot << 3)) & 15;
  if (type != 0) store<u32>(block, type - 1, metricTypeField);
  touch(block, slot);
}

/** Passes the line at `at` where it is that of a slot, sample and all: the answer is behind it, else 0. */
// @ts-ignore: decorator
@inline
function passExpected(block: usize, slot: u32, at: usize, end: usize, isText: bool): usize {
  const info = load<u32>(load<u32>(block, infosField) + (slot << 2));
  const length: usize = info >> 8;
  if (length == 0 || length >= end - at) return 0;
  const next: u32 = load<u8>(at + length);
  const isMetadataSlot = (info & isMeta) != 0;
  // A NUL byte behind the line feed would still be part of an entry of metadata.
  const mayEnd = isMetadataSlot
    ? next == 0x0a && load<u8>(at + length, 1) != 0
    : next == 0x20 || (isText && next == 0x09);
  if (!mayEnd) return 0;
  const hash = load<u64>(load<u32>(block, hashesField) + (slot << 3));
  if (hashText(at, length, load<u32>(block, keysField)) != hash) return 0;
  if (isMetadataSlot) return at + length + 1;
  store<u32>(block, at + length, textEndField);
  return passSample(block, at + length, isText);
}

/**
 * Reads lines from the block's `at` on, none that begins at or behind `stop`; the byte before `end` is a line feed,
 * and 32 bytes from `end` on exist. A line that is like the one expected is known by its hash. Returns why it stopped:
 * before a line that only the complete parser can read, behind a sample whose text no slot has (the block describes
 * it), for want of room for rows, or before a line that needs the table, of which there is none.
 */
// @ts-ignore: decorator
@inline
function scanLines(block: usize, isText: bool): i32 {
  const end: usize = load<u32>(block, endField);
  const stop: usize = load<u32>(block, stopField);
  const slotCount = load<u32>(block, slotCountField);
  const rowCapacity = load<u32>(block, rowCapacityField);
  let slot = load<u32>(block, predictedField);
  let at: usize = load<u32>(block, atField);
  let reason = reachedStop;
  while (at < stop) {
    if (load<u32>(block, rowsField) == rowCapacity) {
      reason = rowsFull;
      break;
    }
    let behind: usize = slot < slotCount ? passExpected(block, slot, at, end, isText) : 0;
    if (behind != 0 && isMetadata(block, slot)) {
      takeMetadata(block, slot);
      slot++;
      at = behind;
      continue;
    }
    if (behind == 0) {
      const textEnd = passSeries(at, isText);
      behind = textEnd == 0 ? 0 : passSample(block, textEnd, isText);
      if (behind == 0) {
        reason = otherLine;
        break;
      }
      if (load<u32>(block, tableMaskField) == 0) {
        reason = needsTable;
        break;
      }
      const hash = hashText(at, textEnd - at, load<u32>(block, keysField));
      store<u32>(block, textEnd, textEndField);
      const found = findSlot(block, hash);
      store<u32>(block, 1, disorderField);
      if (found == 0xffffffff) {
        store<u64>(block, hash, hashField);
        store<u32>(block, at, textStartField);
        at = behind;
        countRow(block);
        reason = unknownText;
        break;
      }
      slot = found;
    }
    store<u32>(block, at, textStartField);
    countRow(block);
    takeRow(block, slot);
    slot++;
    at = behind;
  }
  store<u32>(block, at, atField);
  store<u32>(block, slot, predictedField);
  return reason;
}

export function scanText(block: usize): i32 {
  return scanLines(block, true);
}

export function scanOpenMetrics(block: usize): i32 {
  return scanLines(block, false);
}
