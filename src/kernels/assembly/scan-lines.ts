/**
 * Rows of a page and the slots of a target's cache that they stand for. What both text formats share: the block that
 * says where everything lies, the hashes of series texts, and what a known row comes to.
 *
 * A slot is one series text (or one line of metadata) of the last page, in the page's order: 64-bit hash, payload
 * (f64: the store's ref; of metadata the number that the binding gave it, 16 times, plus the metric type and one), and
 * an info word: 8 bits of flags, then the text's length. Texts are not kept. Hashes are sums of products of the text's
 * words with secret keys (NH, twice over), so that no target can make two of its own texts collide.
 */

// Fields of the block, bytes from its start.
export const atField = 0;
export const endField = 4;
export const stopField = 8;
export const predictedField = 12;
export const slotCountField = 16;
export const hashesField = 20;
export const payloadsField = 24;
export const infosField = 28;
export const positionsField = 32;
export const tableField = 36;
export const tableMaskField = 40;
export const rowsField = 44;
export const rowCapacityField = 48;
const outPayloadsField = 52;
const outTimesField = 56;
const outValuesField = 60;
const outSlotsField = 64;
const outStartsField = 68;
const outEndsField = 72;
const outTypesField = 76;
export const metricTypeField = 80;
const honorField = 84;
const totalField = 88;
const addedField = 92;
const duplicatesField = 96;
const appendedField = 100;
const sampleLimitField = 104;
const overLimitField = 108;
const outOfBoundsField = 112;
const touchedField = 116;
export const disorderField = 120;
const trackedField = 124;
const stillTrackedField = 128;
export const textStartField = 132;
export const textEndField = 136;
export const keysField = 140;
export const valueField = 144;
export const timestampField = 152;
const timeField = 160;
const latestField = 168;
export const hashField = 176;

/** Why a scan returned. */
export const reachedStop: i32 = 0;
export const otherLine: i32 = 1;
export const unknownText: i32 = 2;
export const rowsFull: i32 = 3;
export const needsTable: i32 = 4;

export const isSeen: u32 = 1;
const isDropped: u32 = 2;
const isTracked: u32 = 4;
const wasTracked: u32 = 8;
export const isMeta: u32 = 16;

/** A row whose series is not to be tracked for staleness. */
const untrackedRow: u32 = 0x80000000;

/** Key bytes that a block of a text uses; the keys go on for another 48. */
const blockBytes: usize = 1024;

/** 16 bytes of ones, then of zeros: from `16 - n` on, the mask of the first n bytes. */
const masks: usize = memory.data<u64>([0xffffffffffffffff, 0xffffffffffffffff, 0, 0], 16);

// @ts-ignore: decorator
@inline
function products(words: v128): v128 {
  return i64x2.extmul_low_i32x4_u(words, v128.shuffle<u64>(words, words, 1, 0));
}

/** The hash of a text; up to 15 bytes behind it are read and count for nothing. */
// @ts-ignore: decorator
@inline
export function hashText(start: usize, length: usize, keys: usize): u64 {
  let first = i64x2.splat(0);
  let second = i64x2.splat(0);
  let at = start;
  let left = length;
  let key = keys;
  const factor = load<u64>(keys + blockBytes, 32) | 1;
  for (; left >= 16; left -= 16, at += 16, key += 16) {
    if (key == keys + blockBytes) {
      first = i64x2.mul(first, i64x2.splat(factor));
      second = i64x2.mul(second, i64x2.splat(factor));
      key = keys;
    }
    const words = v128.load(at);
    first = i64x2.add(first, products(i32x4.add(words, v128.load(key))));
    second = i64x2.add(second, products(i32x4.add(words, v128.load(key, 16))));
  }
  if (left > 0) {
    if (key == keys + blockBytes) {
      first = i64x2.mul(first, i64x2.splat(factor));
      second = i64x2.mul(second, i64x2.splat(factor));
      key = keys;
    }
    const words = v128.and(v128.load(at), v128.load(masks + 16 - left));
    first = i64x2.add(first, products(i32x4.add(words, v128.load(key))));
    second = i64x2.add(second, products(i32x4.add(words, v128.load(key, 16))));
  }
  const one = i64x2.extract_lane(first, 0) + i64x2.extract_lane(first, 1);
  const two = i64x2.extract_lane(second, 0) + i64x2.extract_lane(second, 1);
  let hash = (<u64>one + <u64>length) * factor + <u64>two;
  hash ^= hash >> 32;
  hash *= 0x9e3779b97f4a7c15;
  return hash ^ (hash >> 29);
}

/** The slot of a hash, or -1. */
// @ts-ignore: decorator
@inline
export function findSlot(block: usize, hash: u64): u32 {
  const table = load<u32>(block, tableField);
  const mask = load<u32>(block, tableMaskField);
  const hashes = load<u32>(block, hashesField);
  let at = <u32>hash & mask;
  let entry = load<u32>(table + (at << 2));
  while (entry != 0 && load<u64>(hashes + ((entry - 1) << 3)) != hash) {
    at = (at + 1) & mask;
    entry = load<u32>(table + (at << 2));
  }
  // No entry is slot -1.
  return entry - 1;
}

/** Notes that the text stands on the page; true when it did so before on the same page. */
// @ts-ignore: decorator
@inline
export function touch(block: usize, slot: u32): bool {
  const place = load<u32>(block, infosField) + (slot << 2);
  const info = load<u32>(place);
  if ((info & isSeen) != 0) return true;
  store<u32>(place, info | isSeen);
  const touched = load<u32>(block, touchedField) + 1;
  store<u32>(block, touched, touchedField);
  store<u32>(load<u32>(block, positionsField) + (slot << 2), touched);
  return false;
}

// @ts-ignore: decorator
@inline
function count(block: usize, field: usize): void {
  store<u32>(block + field, load<u32>(block + field) + 1);
}

/** Puts the row that the block describes into the columns. */
export function scanPush(block: usize, slot: u32): void {
  const row = load<u32>(block, rowsField);
  const payloads = load<u32>(block, payloadsField);
  const own = load<f64>(block, timestampField);
  const hasOwn = own == own && (load<u32>(block, honorField) & 1) != 0;
  const tracks = !hasOwn || (load<u32>(block, honorField) & 2) != 0;
  store<u64>(load<u32>(block, outPayloadsField) + (row << 3), load<u64>(payloads + (slot << 3)));
  store<f64>(
    load<u32>(block, outTimesField) + (row << 3),
    hasOwn ? own : load<f64>(block, timeField),
  );
  store<u64>(load<u32>(block, outValuesField) + (row << 3), load<u64>(block, valueField));
  store<u32>(load<u32>(block, outSlotsField) + (row << 2), tracks ? slot : slot | untrackedRow);
  store<u32>(load<u32>(block, outStartsField) + (row << 2), load<u32>(block, textStartField));
  store<u32>(load<u32>(block, outEndsField) + (row << 2), load<u32>(block, textEndField));
  store<u8>(load<u32>(block, outTypesField) + row, load<u32>(block, metricTypeField));
  store<u32>(block, row + 1, rowsField);
}

/**
 * Whether the row of the block may be appended: the sample limit counts those that would be, and none is beyond it;
 * nor is one too far ahead of now.
 */
export function scanAdmit(block: usize): bool {
  const appended = load<u32>(block, appendedField) + 1;
  store<u32>(block, appended, appendedField);
  if (appended > load<u32>(block, sampleLimitField)) {
    store<u32>(block, 1, overLimitField);
    return false;
  }
  const own = load<f64>(block, timestampField);
  const hasOwn = own == own && (load<u32>(block, honorField) & 1) != 0;
  if ((hasOwn ? own : load<f64>(block, timeField)) <= load<f64>(block, latestField)) return true;
  count(block, outOfBoundsField);
  return false;
}

/** What the row of the block comes to, whose text is that of a slot. */
// @ts-ignore: decorator
@inline
export function takeRow(block: usize, slot: u32): void {
  const info = load<u32>(load<u32>(block, infosField) + (slot << 2));
  const isRepeated = touch(block, slot);
  if ((info & isDropped) != 0) return;
  count(block, addedField);
  const own = load<f64>(block, timestampField);
  const hasOwn = own == own && (load<u32>(block, honorField) & 1) != 0;
  if (isRepeated && !hasOwn) count(block, duplicatesField);
  else if (scanAdmit(block)) scanPush(block, slot);
}

// @ts-ignore: decorator
@inline
export function countRow(block: usize): void {
  count(block, totalField);
}

export function scanTake(block: usize, slot: u32): void {
  takeRow(block, slot);
}

export function scanTouch(block: usize, slot: u32): void {
  touch(block, slot);
}

/** Hashes the text of the block into it; the slot of that hash, -1 for none, -2 where that takes the table. */
export function scanFind(block: usize): u32 {
  const start = load<u32>(block, textStartField);
  const length = load<u32>(block, textEndField) - start;
  const hash = hashText(start, length, load<u32>(block, keysField));
  store<u64>(block, hash, hashField);
  const predicted = load<u32>(block, predictedField);
  if (
    predicted < load<u32>(block, slotCountField) &&
    load<u64>(load<u32>(block, hashesField) + (predicted << 3)) == hash
  ) {
    return predicted;
  }
  return load<u32>(block, tableMaskField) == 0 ? 0xfffffffe : findSlot(block, hash);
}

// @ts-ignore: decorator
@inline
function enter(block: usize, slot: u32): void {
  const table = load<u32>(block, tableField);
  const mask = load<u32>(block, tableMaskField);
  let at = <u32>load<u64>(load<u32>(block, hashesField) + (slot << 3)) & mask;
  while (load<u32>(table + (at << 2)) != 0) at = (at + 1) & mask;
  store<u32>(table + (at << 2), slot + 1);
}

/** A slot for the text and the hash of the block, seen; there is room for it. */
export function scanAdd(block: usize, payload: f64, flags: u32): u32 {
  const slot = load<u32>(block, slotCountField);
  const length = load<u32>(block, textEndField) - load<u32>(block, textStartField);
  store<u64>(load<u32>(block, hashesField) + (slot << 3), load<u64>(block, hashField));
  store<f64>(load<u32>(block, payloadsField) + (slot << 3), payload);
  // A text of 16 MiB or more is found by its hash alone.
  store<u32>(load<u32>(block, infosField) + (slot << 2), flags | (length < 0x1000000 ? length << 8 : 0));
  store<u32>(block, slot + 1, slotCountField);
  enter(block, slot);
  touch(block, slot);
  return slot;
}

/** Enters slots `from` to `to` into the table, which is empty at first. */
export function scanEnter(block: usize, from: u32, to: u32): void {
  for (let slot = from; slot < to; slot++) enter(block, slot);
}

/** The series of a row counts as exposed by the scrape that runs. */
export function scanTrack(block: usize, from: u32, to: u32): void {
  const slots = load<u32>(block, outSlotsField);
  const infos = load<u32>(block, infosField);
  let tracked: u32 = 0;
  let still: u32 = 0;
  for (let row = from; row < to; row++) {
    const slot = load<u32>(slots + (row << 2));
    if ((slot & untrackedRow) != 0) continue;
    const info = load<u32>(infos + (slot << 2));
    store<u32>(infos + (slot << 2), info | isTracked);
    tracked += ((info >> 2) & 1) ^ 1;
    still += ((info >> 3) & 1) & (((info >> 2) & 1) ^ 1);
  }
  store<u32>(block, load<u32>(block, trackedField) + tracked, trackedField);
  store<u32>(block, load<u32>(block, stillTrackedField) + still, stillTrackedField);
}
