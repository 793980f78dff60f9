/**
 * XOR chunks that are as usual: sound, with times that rise and some of them in the window. Their bytes are turned
 * around first, last to first, so that a load gives bits in their order. Of any other chunk it is said so, and nothing
 * that was written counts. Twin: twins/xor.ts, `decodeXor`.
 */
import { dodBits, dodOf, longCode, readUvarint, uvarint } from './xor-bits';

const timeLimit: i64 = 1 << 50;
/** Of a delta; a sum with a larger one might wrap around to a time that looks right. */
const deltaLimit: i64 = 1 << 51;
const mostBytes: u32 = 4096;
const leastBytes: u32 = 12;
const leastSamples: u32 = 8;
/** Room behind a chunk's end for what a load takes too much, before it for whole vectors. */
const slackBytes: u32 = 64;
const turnedA: usize = memory.data(4096 + 128, 16);

/** Answers where loads are from: a byte further on in the chunk is a byte before. */
function turn(at: u32, length: u32, to: u32): u32 {
  const base = to + slackBytes + length;
  for (let done: u32 = 0; done < length; done += 16) {
    const left = min<u32>(length - done, 16);
    const from = at + done + left - 16;
    const turned = i8x16.swizzle(
      v128.load(from),
      i8x16(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0),
    );
    v128.store(base - done - left, turned);
  }
  v128.store(to + slackBytes - 16, i8x16.splat(0));
  v128.store(to + slackBytes - 32, i8x16.splat(0));
  return base - 8;
}

/** 57 bits at least, from the highest down. */
// @ts-ignore: decorator
@inline
function peek(base: u32, bit: u64): u64 {
  return load<u64>(base - <u32>(bit >> 3)) << (bit & 7);
}

/** 64 bits. */
// @ts-ignore: decorator
@inline
function peekAll(base: u32, bit: u64): u64 {
  return peek(base, bit) | ((<u64>load<u8>(base - <u32>(bit >> 3) - 1)) >> (8 - (bit & 7)));
}

/** A chunk between two samples: the last one's time and bits, the next one's first bit, the window of the last change. */
let bit: u64 = 0;
let time: i64 = 0;
let delta: i64 = 0;
let bits: u64 = 0;
/** Less one. */
let window: u64 = 63;
let trailing: u64 = 0;

/** Reads the first two samples, and puts the first down; false where they are not as usual. */
function open(at: u32, length: u32, base: u32, times: u32, values: u32): bool {
  const end = at + length;
  const bytes = readUvarint(at + 2, end);
  const start = uvarint;
  if (bytes == 0 || start >= <u64>1 << 54 || bytes + 10 > length) return false;
  time = <i64>(start >> 1) ^ -(<i64>(start & 1));
  if (time > timeLimit || time < -timeLimit) return false;
  bits = peekAll(base, (2 + bytes) << 3);
  store<f64>(times, <f64>time);
  store<u64>(values, bits);
  const deltaBytes = readUvarint(at + 10 + bytes, end);
  if (deltaBytes == 0) return false;
  delta = <i64>uvarint;
  window = 63;
  trailing = 0;
  return takeValue(base, (10 + bytes + deltaBytes) << 3, length << 3);
}

/** Reads the value at `from` and adds the delta to the time. */
function takeValue(base: u32, from: u64, end: u64): bool {
  time += delta;
  const word = peek(base, from);
  let next = from + 1;
  if (<i64>word < 0) {
    let head: u64 = 2;
    if ((word & (<u64>1 << 62)) != 0) {
      head = 13;
      window = ((word >> 51) - 1) & 63;
      trailing = 63 - window - ((word >> 57) & 31);
    }
    bits ^= (peekAll(base, from + head) >> (63 - window)) << trailing;
    next = from + head + window + 1;
  }
  bit = next;
  return next <= end && trailing < 64 && delta > 0 && delta <= deltaLimit && time <= timeLimit;
}

/** Reads any sample; false where it is not as usual. */
function step(base: u32, end: u64): bool {
  if (bit >= end) return false;
  const word = peek(base, bit);
  const code = <i64>word >= 0 ? 1 : dodBits(word);
  if (code != 1) delta += code == longCode ? <i64>peekAll(base, bit + 4) : dodOf(word, code);
  return takeValue(base, bit + code, end);
}

/** Bits behind a sample's first three, and behind those with a window, that are within one load. */
const mostWithin: u64 = 54;
const mostWithinNew: u64 = 43;

/** Samples of two bits within one load. */
const mostStaying: u32 = 28;

/**
 * The rest of one chunk from sample 1 on, up to `maxt`; the first one behind it is read too. Answers how many rows there
 * are in all, -1 where the chunk is not as usual. The time of the last one goes to `lastTime`.
 */
function finish(base: u32, end: u64, count: u32, times: u32, values: u32, maxt: f64): i32 {
  let at = bit;
  let last = <f64>time;
  let raw = bits;
  let gap = <f64>delta;
  let width = window + 1;
  let shift = trailing;
  let row: u32 = 8;
  const until = count << 3;
  const limit = min<f64>(maxt, <f64>timeLimit);
  while (true) {
    if (last > maxt) break;
    store<f64>(times + row, last);
    store<u64>(values + row, raw);
    row += 8;
    if (row >= until) break;
    const word = peek(base, at);
    const next = last + gap;
    if (<i64>(word | (end - at)) < 0 || next > limit) {
      bit = at;
      bits = raw;
      window = width - 1;
      trailing = shift;
      time = <i64>last;
      if (!step(base, end)) return -1;
      at = bit;
      raw = bits;
      width = window + 1;
      shift = trailing;
      last = <f64>time;
      gap = <f64>delta;
      continue;
    }
    last = next;
    if (word < <u64>1 << 62) {
      // The value stays, often for several samples.
      const run = min<u32>(min<u32>(<u32>clz<u64>(word) >> 1, mostStaying), (until - row) >> 3);
      if (run > 1 && last + <f64>run * gap <= limit) {
        at += (run - 1) << 1;
        const behind = row + ((run - 1) << 3);
        for (; row < behind; row += 8) {
          store<f64>(times + row, last);
          store<u64>(values + row, raw);
          last += gap;
        }
      }
      at += 2;
    } else if ((word & (<u64>1 << 61)) == 0) {
      const xor = width > mostWithin ? peekAll(base, at + 3) : word << 3;
      raw ^= (xor >> (64 - width)) << shift;
      at += 3 + width;
    } else {
      width = (((word >> 50) - 1) & 63) + 1;
      shift = 64 - width - ((word >> 56) & 31);
      if (shift > 63) return -1;
      const xor = width > mostWithinNew ? peekAll(base, at + 14) : word << 14;
      raw ^= (xor >> (64 - width)) << shift;
      at += 14 + width;
    }
  }
  lastTime = load<f64>(times + row - 8);
  return at <= end ? <i32>(row >> 3) : -1;
}

let lastTime: f64 = 0;

/** The time of the last row that `xorDecodeUsual` wrote. */
export function xorUsualLast(): f64 {
  return lastTime;
}

/**
 * Appends the samples of a chunk with mint <= t <= maxt from row `row` on. Answers how many rows it wrote, or -1 where the
 * chunk is not as usual: there is none, one is no later than `lastT`, times do not rise, it is damaged, long or short, or
 * has no room for all of its samples. Up to sixteen bytes before the chunk may be loaded.
 */
export function xorDecodeUsual(
  at: u32,
  length: u32,
  timestamps: u32,
  values: u32,
  row: u32,
  capacity: u32,
  mint: f64,
  maxt: f64,
  lastT: f64,
): i32 {
  if (length < leastBytes || length > mostBytes) return -1;
  const count = (<u32>load<u8>(at) << 8) | load<u8>(at, 1);
  if (count < leastSamples || row > capacity || capacity - row < count) return -1;
  const base = turn(at, length, <u32>turnedA);
  const times = timestamps + (row << 3);
  const into = values + (row << 3);
  if (!open(at, length, base, times, into) || load<f64>(times) > maxt) return -1;
  const rows = finish(base, length << 3, count, times, into, maxt);
  if (rows < 0) return -1;
  let early: u32 = 0;
  while (early < <u32>rows && load<f64>(times + (early << 3)) < mint) early++;
  const left = <u32>rows - early;
  if (left == 0 || load<f64>(times + (early << 3)) <= lastT) return -1;
  if (early > 0) {
    memory.copy(times, times + (early << 3), left << 3);
    memory.copy(into, into + (early << 3), left << 3);
  }
  return <i32>left;
}
