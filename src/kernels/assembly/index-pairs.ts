/**
 * Walks the series of a block's index (tsdb/docs/format/index.md: length, labels as pairs of symbols, chunks, CRC-32C)
 * and counts them by pair of name and value. Twin: the reader in tsdb/index, to which whatever is not as usual is left.
 */
import { crc32c } from './crc32c';

/** Fields of a table's head. */
const sizeField: u32 = 0;
const capacityField: u32 = 4;
/** Addresses: of the pairs' names, values, counts (u32 each) and sums (f64), and of twice as many slots (i32). */
const namesField: u32 = 8;
const valuesField: u32 = 12;
const countsField: u32 = 16;
const sumsField: u32 = 20;
const slotsField: u32 = 24;
/** f64: labels of all series. */
const labelsField: u32 = 32;

const checksumBytes: u32 = 4;
/** The pairs of the series before, by their place: neighbours share many. */
const mostGuesses: u32 = 64;
const guesses: usize = memory.data(64 * 4, 16);
/** 0: u32 why the walk stopped; 4: u32 bytes that the entry takes from its start, 0 where its length is not in sight. */
const report: usize = memory.data(8, 16);

const stoppedAtEnd: u32 = 0;
const stoppedForBytes: u32 = 1;
const stoppedForRoom: u32 = 2;
const stoppedForEntry: u32 = 3;

/** Beyond it a time is not a double's integer. */
const timeLimit: i64 = 1 << 50;

export function indexPairsReport(): u32 {
  return <u32>report;
}

// @ts-ignore: decorator
@inline
function hashPair(name: u32, value: u32): u32 {
  let hash = (name * 0x9e3779b1) ^ (value * 0x85ebca6b);
  hash = (hash ^ (hash >> 15)) * 0x2c1b3c6d;
  return hash ^ (hash >> 13);
}

/** The pair's number; the table has room for another one. */
function pairTableFind(table: u32, name: u32, value: u32): u32 {
  const names = load<u32>(table, namesField);
  const values = load<u32>(table, valuesField);
  const slots = load<u32>(table, slotsField);
  const mask = 2 * load<u32>(table, capacityField) - 1;
  for (let slot = hashPair(name, value) & mask; ; slot = (slot + 1) & mask) {
    const pair = load<i32>(slots + (slot << 2));
    if (pair >= 0) {
      if (load<u32>(names + (pair << 2)) == name && load<u32>(values + (pair << 2)) == value) return pair;
      continue;
    }
    const size = load<u32>(table, sizeField);
    store<u32>(slots + (slot << 2), size);
    store<u32>(names + (size << 2), name);
    store<u32>(values + (size << 2), value);
    store<u32>(table, size + 1, sizeField);
    return size;
  }
}

/** One more series with the pair, `amount` more in sum. */
// @ts-ignore: decorator
@inline
function count(table: u32, pair: u32, amount: f64): void {
  const counts = load<u32>(table, countsField) + (pair << 2);
  store<u32>(counts, load<u32>(counts) + 1);
  const sums = load<u32>(table, sumsField) + (pair << 3);
  store<f64>(sums, load<f64>(sums) + amount);
}

/** For a series that the walk left to its caller. */
export function pairTableAdd(table: u32, name: u32, value: u32, amount: f64): void {
  count(table, pairTableFind(table, name, value), amount);
}

/** Where the varint read last ends; 0 where it does not end within its bytes. */
let after: u32 = 0;
function readVarint(at: u32, end: u32): u64 {
  let result: u64 = 0;
  let shift: u64 = 0;
  for (; at < end && shift < 64; at++) {
    const byte: u64 = load<u8>(at);
    result |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      after = at + 1;
      return result;
    }
    shift += 7;
  }
  after = 0;
  return 0;
}

/** Of the chunks that stand at `at`, what time they cover in ms; -1 where they are not as usual. */
function coveredMs(at: u32, end: u32): f64 {
  const chunks = readVarint(at, end);
  if (after == 0 || 3 * chunks > end - at) return -1;
  if (chunks == 0) return 0;
  const turned = readVarint(after, end);
  if (after == 0) return -1;
  const first = <i64>(turned >> 1) ^ -(<i64>(turned & 1));
  let last = first;
  if (first > timeLimit || first < -timeLimit) return -1;
  for (let chunk: u64 = 0; chunk < chunks; chunk++) {
    const gap = chunk == 0 ? 0 : readVarint(after, end);
    if (after == 0 || gap > <u64>timeLimit) return -1;
    const length = readVarint(after, end);
    if (after == 0 || length > <u64>timeLimit) return -1;
    last += <i64>(gap + length);
    if (last > timeLimit) return -1;
    readVarint(after, end);
    if (after == 0) return -1;
  }
  return <f64>(last - first);
}

/** Counts the entry whose labels and chunks stand at `at`. False where it is not as usual, and nothing was counted. */
function countEntry(table: u32, at: u32, end: u32, rangeMs: f64): bool {
  const labels = readVarint(at, end);
  if (after == 0 || 2 * labels > end - at) return false;
  const first = after;
  for (let i: u64 = 0; i < 2 * labels; i++) {
    if (readVarint(after, end) > u32.MAX_VALUE || after == 0) return false;
  }
  const covered = coveredMs(after, end);
  if (covered < 0) return false;
  const amount = rangeMs - covered;
  const names = load<u32>(table, namesField);
  const values = load<u32>(table, valuesField);
  after = first;
  for (let i: u32 = 0; i < <u32>labels; i++) {
    const name = <u32>readVarint(after, end);
    const value = <u32>readVarint(after, end);
    const guess = guesses + ((i % mostGuesses) << 2);
    let pair = load<u32>(guess);
    if (
      pair >= load<u32>(table, sizeField) ||
      load<u32>(values + (pair << 2)) != value ||
      load<u32>(names + (pair << 2)) != name
    ) {
      pair = pairTableFind(table, name, value);
      store<u32>(guess, pair);
    }
    count(table, pair, amount);
  }
  store<f64>(table, load<f64>(table, labelsField) + <f64>labels, labelsField);
  return true;
}

/** Whether the table takes all pairs that an entry of so many bytes can have. */
// @ts-ignore: decorator
@inline
function hasRoom(table: u32, bytes: u32): bool {
  return load<u32>(table, capacityField) - load<u32>(table, sizeField) >= bytes >> 1;
}

/**
 * Counts the series `ids` (u32 each), whose entries begin at `idBytes` times their number; the bytes from `start` of the
 * file on stand at `bytes`, `length` of them. Each adds to its pairs `rangeMs` less the time that its chunks cover.
 * Answers how many are done; `indexPairsReport` says why the next one is not: its bytes are not there, the table must
 * have room for half as many pairs as the entry has bytes, or it is damaged or unusual.
 */
export function indexPairs(
  table: u32,
  ids: u32,
  series: u32,
  idBytes: u32,
  bytes: u32,
  length: u32,
  start: f64,
  rangeMs: f64,
): u32 {
  let stopped = stoppedAtEnd;
  let done: u32 = 0;
  store<u32>(report, 0, 4);
  for (; done < series; done++) {
    const offset = <f64>load<u32>(ids + (done << 2)) * <f64>idBytes - start;
    if (!(offset >= 0 && offset < <f64>length)) {
      stopped = stoppedForBytes;
      break;
    }
    const at = bytes + <u32>offset;
    const end = bytes + length;
    const size = readVarint(at, min<u32>(end, at + 5));
    if (after == 0 || size > u32.MAX_VALUE >> 2) {
      stopped = end - at < 5 ? stoppedForBytes : stoppedForEntry;
      break;
    }
    const entry = after;
    const entryEnd = entry + <u32>size;
    if (<u64>entry + size + checksumBytes > <u64>end) {
      stopped = stoppedForBytes;
      store<u32>(report, entry - at + <u32>size + checksumBytes, 4);
      break;
    }
    if (!hasRoom(table, <u32>size)) {
      stopped = stoppedForRoom;
      store<u32>(report, <u32>size, 4);
      break;
    }
    const isSound = crc32c(entry, <u32>size, 0) == bswap<u32>(load<u32>(entryEnd));
    if (!isSound || !countEntry(table, entry, entryEnd, rangeMs)) {
      stopped = stoppedForEntry;
      break;
    }
  }
  store<u32>(report, stopped);
  return done;
}
