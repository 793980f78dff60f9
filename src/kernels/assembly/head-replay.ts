/**
 * Samples of a log into the head, shown at once. A log has a sample of each series, then the next of each: appended so,
 * every sample finds its row and the end of its chunk far from the processor. So samples wait in buckets of neighbouring
 * rows until there are some for each row; a bucket's samples stay in the order of the log.
 *
 * Bucket, 8 bytes in a table: u32 first block, u32 last block. Block of 1024 bytes: u32 next, u32 address behind its
 * last entry, 8 bytes unused, then entries of 16 bytes: u32 row, i32 time from the base, u64 value.
 */
import { appendSample, isStale, openRow, refuseSample, showRow, timeLimit } from './head-append';
import { noRow, rowOfRef } from './head-index';
import { flagForeign, flagHistogram, hotRow } from './head-state';

/** Rows that are fetched together. */
const group: u32 = 32;
const rowsShift: u32 = 7;
const bucketCount: u32 = 4096;
const blockBytes: u32 = 1024;
const blockHeader: u32 = 16;
const entryBytes: u32 = 16;
const farthest: f64 = 2147483647;

let touched: u32 = 0;
let unknown: u32 = 0;

/** Rows without a series, since the last call. */
export function headTakeUnknown(): u32 {
  const count = unknown;
  unknown = 0;
  return count;
}

/** False where the caller must append: late, or in a chunk of the caller's. */
// @ts-ignore: decorator
@inline
function replayOne(row: u32, t: f64, value: u64, validFrom: f64): bool {
  const hot = hotRow(row);
  const flags: u32 = load<u8>(hot, 15);
  if ((flags & flagForeign) != 0) return false;
  const last = load<f64>(hot, 16);
  const isFresh = load<u32>(hot, 4) == 0;
  const logged = isFresh ? load<f64>(hot, 24) : last;
  if (t <= logged) return t == logged;
  if (t < validFrom) {
    // Blocks hold it; what the log brings before it is late.
    if (isFresh) store<f64>(hot, t, 24);
    return true;
  }
  const stale = isStale(value);
  if (t > last && stale && (flags & flagHistogram) != 0) return false;
  if (isFresh) store<f64>(hot, t, 24);
  // What kind of sample a stale marker ends is told by the log, not by the newest chunk.
  if (!stale) store<u8>(hot, flags & ~flagHistogram, 15);
  if (t <= last) return true;
  openRow(hot);
  if (!appendSample(row, t, value)) refuseSample();
  showRow(hot);
  return true;
}

// @ts-ignore: decorator
@inline
function warmRow(row: u32): u32 {
  const hot = hotRow(row);
  return load<u8>(load<u32>(hot, 4) + (load<u32>(hot, 8) >> 3));
}

/** Fetches the rows of a group and the ends of their chunks while nothing depends on them. */
function warmRows(refs: u32, from: u32, to: u32): u32 {
  let sum: u32 = 0;
  for (let i = from; i < to; i++) {
    const row = rowOfRef(load<f64>(refs + (i << 3)));
    if (row != noRow) sum += warmRow(row);
  }
  return sum;
}

/**
 * Appends rows `from` to `to`. Those not later than what the series' chunks on disk held are passed over: while no chunk
 * is open, the delta's field holds the last time of the log. Stops at a row for the caller, else answers `to`.
 */
export function headReplay(
  refs: u32,
  timestamps: u32,
  values: u32,
  from: u32,
  to: u32,
  validFrom: f64,
  hasWindow: bool,
): u32 {
  for (let i = from; i < to; i++) {
    if (((i - from) & (group - 1)) == 0) touched = warmRows(refs, i, min(i + group, to));
    const at = i << 3;
    const t = load<f64>(timestamps + at);
    const row = rowOfRef(load<f64>(refs + at));
    if (row == noRow) {
      unknown++;
      continue;
    }
    if (!(abs<f64>(t) <= timeLimit) || (!hasWindow && t < validFrom)) continue;
    if (!replayOne(row, t, load<u64>(values + at), validFrom)) return i;
  }
  return to;
}

let buckets: u32 = 0;
let baseTime: f64 = 0;
let waiting: u32 = 0;
/** Where the next block is made, up to the end of what `headReplayGrow` gave. */
let freeAt: u32 = 0;
let freeEnd: u32 = 0;

/** `table`: 32 KiB. Nothing waits; blocks are made once there is memory for them. */
export function headReplayOpen(table: u32): void {
  buckets = table;
  waiting = 0;
  freeAt = 0;
  freeEnd = 0;
  memory.fill(table, 0, bucketCount << 3);
}

/** Blocks are made of this memory from here on. */
export function headReplayGrow(at: u32, bytes: u32): void {
  freeAt = at;
  freeEnd = at + bytes;
}

/** Bytes of it in which no block was made. */
export function headReplayRoom(): u32 {
  return freeEnd - freeAt;
}

/** How many samples wait. */
export function headReplayWaiting(): u32 {
  return waiting;
}

/** What the times of entries count from. */
export function headReplayBase(): f64 {
  return baseTime;
}

/** 0 where there is no memory. */
function addBlock(bucket: u32): u32 {
  if (freeEnd - freeAt < blockBytes) return 0;
  const block = freeAt;
  freeAt += blockBytes;
  store<u32>(block, 0);
  store<u32>(block, block + blockHeader, 4);
  const last = load<u32>(bucket, 4);
  if (last == 0) store<u32>(bucket, block);
  else store<u32>(last, block);
  store<u32>(bucket, block, 4);
  return block;
}

/** Lets rows `from` to `to` wait. Stops at one for which there is no room, or far from the others in time. */
export function headReplayStage(
  refs: u32,
  timestamps: u32,
  values: u32,
  from: u32,
  to: u32,
  validFrom: f64,
  hasWindow: bool,
): u32 {
  for (let i = from; i < to; i++) {
    const at = i << 3;
    const t = load<f64>(timestamps + at);
    const row = rowOfRef(load<f64>(refs + at));
    if (row == noRow) {
      unknown++;
      continue;
    }
    if (!(abs<f64>(t) <= timeLimit) || (!hasWindow && t < validFrom)) continue;
    if (waiting == 0) baseTime = t;
    const offset = t - baseTime;
    if (abs<f64>(offset) > farthest) return i;
    const bucket = buckets + (((row >> rowsShift) & (bucketCount - 1)) << 3);
    let block = load<u32>(bucket, 4);
    if (block == 0 || load<u32>(block, 4) == block + blockBytes) {
      block = addBlock(bucket);
      if (block == 0) return i;
    }
    const entry = load<u32>(block, 4);
    store<u32>(entry, row);
    store<i32>(entry, <i32>offset, 4);
    store<u64>(entry, load<u64>(values + at), 8);
    store<u32>(block, entry + entryBytes, 4);
    waiting++;
  }
  return to;
}

/** Where `headReplaySettle` goes on: at this entry of the block, 0 at its beginning. */
let nextBucket: u32 = 0;
let endBucket: u32 = 0;
let nextEntry: u32 = 0;

/** What waits for a row and its neighbours is to be settled next; for `noRow` everything. */
export function headReplayAim(row: u32): void {
  nextBucket = row == noRow ? 0 : (row >> rowsShift) & (bucketCount - 1);
  endBucket = row == noRow ? bucketCount : nextBucket + 1;
  nextEntry = 0;
}

/**
 * Appends what was aimed at, about `most` samples. 0 when done, 1 when there is more, else the address of an entry that
 * the caller must append before going on.
 */
export function headReplaySettle(validFrom: f64, most: u32): u32 {
  const pause = waiting > most ? waiting - most : 0;
  for (; nextBucket < endBucket; nextBucket++) {
    const bucket = buckets + (nextBucket << 3);
    for (let block = load<u32>(bucket); block != 0; block = load<u32>(block)) {
      if (waiting <= pause && waiting != 0) return 1;
      const end = load<u32>(block, 4);
      if (nextEntry == 0) {
        nextEntry = block + blockHeader;
        let sum: u32 = 0;
        for (let entry = nextEntry; entry < end; entry += entryBytes) sum += warmRow(load<u32>(entry));
        touched = sum;
      }
      for (let entry = nextEntry; entry < end; entry += entryBytes) {
        waiting--;
        const t = baseTime + <f64>load<i32>(entry, 4);
        if (!replayOne(load<u32>(entry), t, load<u64>(entry, 8), validFrom)) {
          nextEntry = entry + entryBytes;
          return entry;
        }
      }
      nextEntry = 0;
      store<u32>(bucket, load<u32>(block));
    }
    store<u64>(bucket, 0);
  }
  return 0;
}
