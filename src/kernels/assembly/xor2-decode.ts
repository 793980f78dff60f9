/**
 * XOR2 chunks (tsdb/chunkenc/xor2.go, st.go) into columns of doubles. Twin: twins/xor2.ts, `decodeXor2`; the bits are
 * drawn in docs/formats/chunk-encodings.md.
 */
import {
  allBitsAt,
  bitsAt,
  endBit,
  nextBit,
  noField,
  openBits,
  readBitVarint,
  readInWindow,
  readNewWindow,
  readVarbit,
  useWindow,
  windowBits,
} from './chunk-bits';
import { readUvarint, uvarint } from './xor-bits';

const truncated: i32 = -1;
const outOfRange: i32 = -2;
const noRoom: i32 = -3;
const timeLimit: i64 = 1 << 50;
const headerBytes: u32 = 3;
const firstKnown: u32 = 0x80;
const staleBits: u64 = 0x7ff0000000000002;
/** 0: u32 samples that were left out because they are not later; 4: u32 whether a row has a start; 8: f64 last time. */
const report: usize = memory.data(16, 16);

export function xor2DecodeReport(): u32 {
  return <u32>report;
}

/** What the first sample and the delta of the second say. */
let firstTime: i64 = 0;
let firstBits: u64 = 0;
let firstStart: i64 = 0;
let firstDelta: i64 = 0;
/** 0 where the delta of the second sample is none. */
let deltaBytes: u32 = 0;
let startBit: u32 = 0;

/** The first sample consists of whole bytes, and so does the next one's delta. */
function begin(at: u32, length: u32): i32 {
  const end = at + length;
  const bytes = readUvarint(at + headerBytes, end);
  let next = headerBytes + bytes + 8;
  if (bytes == 0 || uvarint >= <u64>1 << 54 || next > length) return truncated;
  firstTime = <i64>(uvarint >> 1) ^ -(<i64>(uvarint & 1));
  firstBits = bswap<u64>(load<u64>(at + next - 8));
  firstStart = 0;
  if ((load<u8>(at, 2) & firstKnown) != 0) {
    const back = readBitVarint(next << 3);
    if (back == noField || nextBit > endBit) return truncated;
    firstStart = firstTime - back;
    next = nextBit >> 3;
  }
  if (firstTime > timeLimit || firstTime < -timeLimit) return outOfRange;
  if (firstStart > timeLimit || firstStart < -timeLimit) return outOfRange;
  deltaBytes = readUvarint(at + next, end);
  firstDelta = <i64>uvarint;
  startBit = (next + deltaBytes) << 3;
  return 0;
}

/**
 * As `xorDecode`, with a column of start timestamps, which is not written where `starts` is 0. Room is asked for by
 * min(count, 8 * length).
 */
export function xor2Decode(
  at: u32,
  length: u32,
  timestamps: u32,
  values: u32,
  starts: u32,
  row: u32,
  capacity: u32,
  mint: f64,
  maxt: f64,
  lastT: f64,
): i32 {
  store<u64>(report, 0);
  store<f64>(report, lastT, 8);
  if (length < headerBytes) return truncated;
  const count: u32 = (<u32>load<u8>(at) << 8) | load<u8>(at, 1);
  if (count == 0) return 0;
  if (row > capacity || capacity - row < min<u32>(count, length << 3)) return noRoom;
  openBits(at, length);
  const fault = begin(at, length);
  if (fault != 0) return fault;
  const at8 = row << 3;
  const changeOn = <u32>load<u8>(at, 2) & 0x7f;
  const startsAt = starts == 0 ? 0 : starts + at8;
  return walk(count, changeOn, timestamps + at8, values + at8, startsAt, mint, maxt, lastT);
}

/** The value's bits as the last one that is no stale marker left them. */
let bits: u64 = 0;
let isStale: bool = false;

/** Behind a change of delta: 0 same, 10 in the window, 110 in another, 111 the stale marker. Answers the next bit. */
function readValue(bit: u32): u32 {
  const word = bitsAt(bit);
  if (<i64>word >= 0) return bit + 1;
  if ((word & (<u64>1 << 62)) == 0) bits ^= readInWindow(bit, word, 2);
  else if ((word & (<u64>1 << 61)) == 0) bits ^= readNewWindow(bit, word, 3);
  else {
    isStale = true;
    return bit + 3;
  }
  return nextBit;
}

/** The change of delta behind so many ones at `bit`: of 13, 20 or 64 bits. */
function dodBehind(bit: u32, word: u64, ones: u32): i64 {
  if (ones == 2) return <i64>(word << 3) >> 51;
  return ones == 3 ? <i64>(word << 4) >> 44 : <i64>allBitsAt(bit + 5);
}

/** By how much the delta of the last sample differs from the one before. */
let deltaChange: i64 = 0;

/** Time and value behind one prefix. Answers the next bit. */
// @ts-ignore: decorator
@inline
function readJoint(bit: u32): u32 {
  const word = bitsAt(bit);
  const ones = <u32>clz<u64>(~word);
  deltaChange = 0;
  if (ones == 0) return bit + 1;
  if (ones == 1) {
    bits ^= (word & (<u64>1 << 61)) == 0 ? readInWindow(bit, word, 3) : readNewWindow(bit, word, 3);
    return nextBit;
  }
  if (ones > 4) {
    isStale = true;
    return bit + 5;
  }
  deltaChange = dodBehind(bit, word, ones);
  return readValue(bit + (ones == 2 ? 16 : ones == 3 ? 24 : 69));
}

function walk(
  count: u32,
  changeOn: u32,
  times: u32,
  values: u32,
  starts: u32,
  mint: f64,
  maxt: f64,
  lastT: f64,
): i32 {
  let bit = startBit;
  let t = firstTime, delta: i64 = 0;
  let start = firstStart, diff: i64 = 0;
  bits = firstBits == staleBits ? 0 : firstBits;
  isStale = firstBits == staleBits;
  useWindow(64, 0);
  let last = lastT;
  let out: u32 = 0, dropped: u32 = 0;
  let anyStart: i64 = 0;
  let fault: i32 = 0;
  for (let sample: u32 = 1; ; sample++) {
    const time = <f64>t;
    if (time >= mint) {
      if (time > maxt) break;
      if (time > last) {
        store<f64>(times + out, time);
        store<u64>(values + out, isStale ? staleBits : bits);
        if (starts != 0) store<f64>(starts + out, <f64>start);
        anyStart |= start;
        out += 8;
        last = time;
      } else dropped++;
    }
    if (sample == count) break;
    isStale = false;
    const previous = t;
    if (sample == 1) {
      delta = firstDelta;
      bit = deltaBytes == 0 ? endBit + 1 : readValue(bit);
    } else {
      bit = readJoint(bit);
      delta += deltaChange;
    }
    t += delta;
    let startFails = false;
    if (changeOn != 0 && sample >= changeOn && bit <= endBit) {
      const change = readVarbit(bit);
      bit = nextBit;
      startFails = change == noField;
      diff = sample == changeOn ? change : diff + change;
      start = previous - diff;
    }
    if (bit > endBit || windowBits == 0 || startFails) fault = truncated;
    else if (t > timeLimit || t < -timeLimit || start > timeLimit || start < -timeLimit) fault = outOfRange;
    if (fault != 0) break;
  }
  store<u32>(report, dropped);
  store<u32>(report, anyStart != 0 ? 1 : 0, 4);
  store<f64>(report, last, 8);
  return fault != 0 ? fault : <i32>(out >> 3);
}
