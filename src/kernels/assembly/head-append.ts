/**
 * Floats into the head: checked when they arrive (`headStage`), put into their chunks when their appender commits
 * (`headPublish`). Rules: tsdb/head_append.go, appendable, appendPreprocessor, computeChunkEndTime.
 */
import { arenaAlloc, arenaSize } from './arena';
import { closeOpen } from './head-chunks';
import { noRow, rowOfRef } from './head-index';
import { dropHistory, isBetween, isNeeded, pushHistory } from './head-history';
import { headRetire } from './head-limbo';
import {
  chunkRangeMs,
  coldRow,
  fence,
  flagDead,
  flagForeign,
  flagHistogram,
  flagHistory,
  flagPending,
  hotRow,
  samplesPerChunk,
} from './head-state';
import { xorAppend, xorBegin } from './xor-append';

const accepted: u32 = 0;
const outOfOrder: u32 = 1;
const outOfBounds: u32 = 2;
const tooOld: u32 = 3;
const duplicate: u32 = 4;
const unknownSeries: u32 = 5;

/** A time beyond this size goes into no chunk. */
export const timeLimit: f64 = 1125899906842624;
const firstChunkBytes: u32 = 32;
/** A chunk of more bytes takes no more samples: chunkenc.MaxBytesPerXORChunkBeforeAppend. */
const chunkBytesLimit: u32 = 1024 - 19;
/** Rows that are opened and shown together, so that two fences serve them all. */
const group: u32 = 32;

let stagedOut: u32 = 0;
let refusedRows: u32 = 0;
let touched: u32 = 0;
let dropped: u32 = 0;
let refusedByMemory: u32 = 0;
let lowest: f64 = Infinity;
let highest: f64 = -Infinity;

/** Where the next accepted row goes, after `headStage`. */
export function headStaged(): u32 {
  return stagedOut;
}

/**
 * Checks rows `from` to `to` of staged columns in place: accepted ones move up to `out` and on, with their row. One
 * outcome a row into `outcomes`. Stops at a row that the caller must judge (its series has one waiting already): answers
 * its index, else `to`.
 */
export function headStage(
  refs: u32,
  timestamps: u32,
  values: u32,
  starts: u32,
  rows: u32,
  from: u32,
  to: u32,
  out: u32,
  outcomes: u32,
  validFrom: f64,
  lateFrom: f64,
): u32 {
  // A finite bound for late samples is a window for them.
  const hasWindow = lateFrom != Infinity;
  for (let i = from; i < to; i++) {
    const at = i << 3;
    const t = load<f64>(timestamps + at);
    let outcome = accepted;
    if (!(abs<f64>(t) <= timeLimit) || (!hasWindow && t < validFrom)) {
      store<u8>(outcomes + i, outOfBounds);
      refusedRows++;
      continue;
    }
    const ref = load<f64>(refs + at);
    const row = rowOfRef(ref);
    if (row == noRow) {
      store<u8>(outcomes + i, unknownSeries);
      refusedRows++;
      continue;
    }
    const hot = hotRow(row);
    const flags: u32 = load<u8>(hot, 15);
    if ((flags & flagPending) != 0) {
      stagedOut = out;
      return i;
    }
    const last = load<f64>(hot, 16);
    let isStaged = true;
    if (t >= validFrom && t >= last) {
      if (t == last) {
        isStaged = false;
        const same = (flags & flagHistogram) == 0 && load<u64>(values + at) == load<u64>(hot, 32);
        outcome = same ? accepted : duplicate;
      }
    } else if (hasWindow) {
      if (t < lateFrom) outcome = tooOld;
    } else {
      outcome = outOfOrder;
    }
    store<u8>(outcomes + i, outcome);
    if (outcome != accepted) refusedRows++;
    if (!isStaged || outcome != accepted) continue;
    store<u8>(hot, flags | flagPending, 15);
    const to8 = out << 3;
    store<f64>(refs + to8, ref);
    store<f64>(timestamps + to8, t);
    store<u64>(values + to8, load<u64>(values + at));
    if (starts != 0) store<f64>(starts + to8, load<f64>(starts + at));
    store<u32>(rows + (out << 2), row);
    out++;
  }
  stagedOut = out;
  return to;
}

/** Rows that `headStage` did not accept, since the last call. */
export function headTakeRefusedRows(): u32 {
  const count = refusedRows;
  refusedRows = 0;
  return count;
}

/** Forgets that rows wait. */
export function headUnstage(rows: u32, from: u32, to: u32): void {
  for (let i = from; i < to; i++) {
    const hot = hotRow(load<u32>(rows + (i << 2)));
    store<u8>(hot, load<u8>(hot, 15) & ~flagPending, 15);
  }
}

/** Samples that were later refused, since the last call: overtaken by another appender. */
export function headTakeDropped(): u32 {
  const count = dropped;
  dropped = 0;
  return count;
}

/** Notes a sample for which memory had no room. */
export function refuseSample(): void {
  refusedByMemory++;
}

/** Samples for which memory had no room, since the last call. */
export function headTakeRefused(): u32 {
  const count = refusedByMemory;
  refusedByMemory = 0;
  return count;
}

/** Lowest and highest time since `headResetTimes`. */
export function headLowest(): f64 {
  return lowest;
}

export function headHighest(): f64 {
  return highest;
}

export function headResetTimes(): void {
  lowest = Infinity;
  highest = -Infinity;
}

// @ts-ignore: decorator
@inline
export function openRow(hot: u32): void {
  store<u32>(hot, load<u32>(hot) | 1);
}

// @ts-ignore: decorator
@inline
export function showRow(hot: u32): void {
  const sequence = load<u32>(hot);
  if ((sequence & 1) != 0) store<u32>(hot, sequence + 1);
}

/**
 * Appends rows `from` to `to` of staged columns as commit `commit`. Stops at a row that the caller must append (late,
 * with a start timestamp, or in a chunk of the caller's): answers its index, else `to`. `readers` are the commits of
 * the open readers.
 */
export function headPublish(
  timestamps: u32,
  values: u32,
  starts: u32,
  rows: u32,
  from: u32,
  to: u32,
  commit: u32,
  validFrom: f64,
  hasWindow: bool,
  readers: u32,
  readerCount: u32,
): u32 {
  for (let begin = from; begin < to; begin += group) {
    const end = min(begin + group, to);
    let sum: u32 = 0;
    for (let i = begin; i < end; i++) openRow(hotRow(load<u32>(rows + (i << 2))));
    for (let i = begin; i < end; i++) {
      // Fetches the ends of the chunks while nothing depends on them.
      const hot = hotRow(load<u32>(rows + (i << 2)));
      sum += load<u8>(load<u32>(hot, 4) + (load<u32>(hot, 8) >> 3));
    }
    touched = sum;
    fence();
    let i = begin;
    for (; i < end; i++) {
      const row = load<u32>(rows + (i << 2));
      const hot = hotRow(row);
      const flags: u32 = load<u8>(hot, 15) & ~flagPending;
      store<u8>(hot, flags, 15);
      const at = i << 3;
      if ((flags & (flagForeign | flagDead)) != 0) break;
      if (starts != 0 && load<f64>(starts + at) != 0) break;
      const t = load<f64>(timestamps + at);
      const last = load<f64>(hot, 16);
      if (t < validFrom || t <= last) {
        if (t == last && t >= validFrom) {
          dropped++;
          continue;
        }
        if (hasWindow) break;
        dropped++;
        continue;
      }
      const value = load<u64>(values + at);
      if ((flags & flagHistogram) != 0) {
        if (isStale(value)) break;
        store<u8>(hot, flags & ~flagHistogram, 15);
      }
      if (!appendSample(row, t, value)) {
        refusedByMemory++;
        continue;
      }
      countCommit(row, hot, commit, readers, readerCount);
    }
    fence();
    for (let k = begin; k < end; k++) showRow(hotRow(load<u32>(rows + (k << 2))));
    if (i < end) return i;
  }
  return to;
}

// @ts-ignore: decorator
@inline
export function isStale(value: u64): bool {
  return value == 0x7ff0000000000002;
}

/**
 * Notes that a commit added a sample. The two commits that the row knows become one where a reader is older than both
 * and none stands between them; where one does, the older goes to the row's history.
 */
// @ts-ignore: decorator
@inline
function countCommit(row: u32, hot: u32, commit: u32, readers: u32, readerCount: u32): void {
  const newest = load<u32>(hot, 52);
  if (newest == commit) {
    const added: u32 = load<u16>(hot, 60);
    if (added < 0xffff) store<u16>(hot, added + 1, 60);
    return;
  }
  if (readerCount == 0) {
    if ((load<u8>(hot, 15) & flagHistory) != 0) dropHistory(row);
    shiftCommits(hot, newest);
  } else {
    keepCommits(row, hot, newest, readers, readerCount);
  }
  store<u32>(hot, commit, 52);
  store<u16>(hot, 1, 60);
}

// @ts-ignore: decorator
@inline
function shiftCommits(hot: u32, newest: u32): void {
  store<u32>(hot, newest, 56);
  store<u16>(hot, load<u16>(hot, 60), 62);
}

function keepCommits(row: u32, hot: u32, newest: u32, readers: u32, readerCount: u32): void {
  const before = load<u32>(hot, 56);
  if (!isNeeded(before, readers, readerCount)) {
    dropHistory(row);
    shiftCommits(hot, newest);
    return;
  }
  const sum = <u32>load<u16>(hot, 60) + load<u16>(hot, 62);
  const joins = !isBetween(before, newest, readers, readerCount) && sum <= 0xffff;
  if (joins || !pushHistory(row, before, load<u16>(hot, 62), readers, readerCount)) {
    store<u16>(hot, min<u32>(sum, 0xffff), 62);
  } else {
    shiftCommits(hot, newest);
  }
}

/** The row's sequence is odd. False where memory is used up; then the chunk is as it was. */
export function appendSample(row: u32, t: f64, value: u64): bool {
  const hot = hotRow(row);
  const count: u32 = load<u16>(hot, 12);
  let cut = load<u32>(hot, 4) == 0;
  if (!cut) {
    if (count == samplesPerChunk / 4) predictEnd(row);
    cut =
      t >= load<f64>(hot, 40) ||
      count >= samplesPerChunk * 2 ||
      (load<u32>(hot, 8) + 7) >> 3 > chunkBytesLimit;
  }
  if (cut && !beginChunk(row, t)) return false;
  let need = xorAppend(hot, t, value);
  while (need != 0) {
    if (!growChunk(hot, need)) return false;
    need = xorAppend(hot, t, value);
  }
  if (t < lowest) lowest = t;
  if (t > highest) highest = t;
  return true;
}

/** Chunks of a range become equally long: the end of this one, from the pace of its first quarter. */
function predictEnd(row: u32): void {
  const hot = hotRow(row);
  const start = load<f64>(coldRow(row), 8);
  const end = load<f64>(hot, 40);
  const n = (end - start) / ((load<f64>(hot, 16) - start + 1) * 4);
  if (n > 1) store<f64>(hot, trunc<f64>(start + (end - start) / floor<f64>(n)), 40);
}

function beginChunk(row: u32, t: f64): bool {
  const hot = hotRow(row);
  const bytes = arenaSize(firstChunkBytes);
  const at = arenaAlloc(bytes);
  if (at == 0) return false;
  if (!closeOpen(row)) {
    headRetire(at, bytes);
    return false;
  }
  xorBegin(hot, at, bytes);
  const range = <i64>chunkRangeMs;
  store<f64>(hot, <f64>((<i64>t / range) * range + range), 40);
  store<f64>(coldRow(row), t, 8);
  return true;
}

function growChunk(hot: u32, need: u32): bool {
  const old = load<u32>(hot, 4);
  const capacity = <u32>load<u16>(hot, 50) << 4;
  const bytes = arenaSize(max(need, capacity + (capacity >> 1)));
  const at = arenaAlloc(bytes);
  if (at == 0) return false;
  memory.copy(at, old, (load<u32>(hot, 8) + 7) >> 3);
  store<u32>(hot, at, 4);
  store<u16>(hot, bytes >> 4, 50);
  headRetire(old, capacity);
  return true;
}

/** One sample in order, for the caller's own paths; the caller holds the sequence odd. */
export function headAppendOne(row: u32, t: f64, value: u32): bool {
  return appendSample(row, t, load<u64>(value));
}

export function headCountCommit(row: u32, commit: u32, readers: u32, readerCount: u32): void {
  countCommit(row, hotRow(row), commit, readers, readerCount);
}

/** Ends the open chunk; the caller holds the sequence odd. False where memory is used up. */
export function headCloseOpen(row: u32): bool {
  return closeOpen(row);
}
