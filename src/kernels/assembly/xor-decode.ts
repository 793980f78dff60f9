/**
 * XOR chunks (tsdb/chunkenc/xor.go) into columns of doubles. Twin: twins/xor.ts, `decodeXor`. Bytes are loaded eight at
 * a time, so the last of a chunk are read from a copy with zeros behind it: nothing outside of the chunk is touched.
 */

import { deltaOfDelta, dodBits, longCode, peek, peekAll, readUvarint, uvarint } from './xor-bits';
import { xorDecodeUsual, xorUsualLast } from './xor-usual';

const truncated: i32 = -1;
const outOfRange: i32 = -2;
const noRoom: i32 = -3;
const timeLimit: i64 = 1 << 50;

/** A chunk's last bytes are copied from so many on; no sample and what is loaded with it spans more than 40. */
const tailBytes: u32 = 64;
const spanBytes: u32 = 40;
const scratch: usize = memory.data(128, 16);
/** 0: u32 samples in the window that were left out because they are not later; 8: f64 time of the last row. */
const report: usize = memory.data(16, 16);

/** Where `xorDecode` leaves what else it has to say. */
export function xorDecodeReport(): u32 {
  return <u32>report;
}

/** What `begin` finds: where loads are from, from which bit on they are from the copy, where the second sample is. */
let base: u32 = 0;
let passEnd: u32 = 0;
let startBit: u32 = 0;
let firstTime: i64 = 0;
let firstBits: u64 = 0;
/** The delta of the second sample and the bytes it takes, 0 where it is none. */
let firstDelta: i64 = 0;
let deltaBytes: u32 = 0;

/** Copies the tail, or all of a short chunk; reads the first sample and the delta of the second. */
function begin(at: u32, length: u32, tail: u32): i32 {
  memory.copy(scratch, at + tail, length - tail);
  memory.fill(scratch + (length - tail), 0, 64);
  base = tail == 0 ? <u32>scratch : at;
  passEnd = tail == 0 ? u32.MAX_VALUE : (length - spanBytes) << 3;
  const bytes = readUvarint(base + 2, base + length);
  if (bytes == 0 || uvarint >= <u64>1 << 54 || bytes + 10 > length) return truncated;
  firstTime = <i64>(uvarint >> 1) ^ -(<i64>(uvarint & 1));
  firstBits = peekAll(base, (2 + bytes) << 3);
  if (firstTime > timeLimit || firstTime < -timeLimit) return outOfRange;
  startBit = (10 + bytes) << 3;
  deltaBytes = readUvarint(base + 10 + bytes, base + length);
  firstDelta = <i64>uvarint;
  return 0;
}

/**
 * Appends to the columns from row `row` on the samples with mint <= t <= maxt that are later than `lastT` and than each
 * other; stops behind maxt. Answers how many, or a fault: -1 truncated, -2 a time out of range, -3 fewer than
 * min(count, 4 * length) rows left below `capacity`. Rows before a fault are written.
 */
export function xorDecode(
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
  store<u32>(report, 0);
  store<f64>(report, lastT, 8);
  if (length < 2) return truncated;
  const count: u32 = (<u32>load<u8>(at) << 8) | load<u8>(at, 1);
  if (count == 0) return 0;
  if (row > capacity || capacity - row < min<u32>(count, length << 2)) return noRoom;
  const usual = xorDecodeUsual(at, length, timestamps, values, row, capacity, mint, maxt, lastT);
  if (usual >= 0) {
    store<f64>(report, xorUsualLast(), 8);
    return usual;
  }
  const tail: u32 = length > tailBytes ? length - tailBytes : 0;
  const fault = begin(at, length, tail);
  if (fault != 0) return fault;
  return walk(count, length << 3, tail, timestamps + (row << 3), values + (row << 3), mint, maxt, lastT);
}

function walk(count: u32, end: u32, tail: u32, times: u32, values: u32, mint: f64, maxt: f64, lastT: f64): i32 {
  let from = base, switchBit = passEnd;
  let bit = startBit;
  let t = firstTime, delta: i64 = 0;
  let bits = firstBits;
  let window: u32 = 64, trailing: u32 = 0;
  let last = lastT;
  let out: u32 = 0, dropped: u32 = 0;
  let fault: i32 = 0;
  for (let sample: u32 = 1; ; sample++) {
    const time = <f64>t;
    if (time >= mint) {
      if (time > maxt) break;
      if (time > last) {
        store<f64>(times + out, time);
        store<u64>(values + out, bits);
        out += 8;
        last = time;
      } else dropped++;
    }
    if (sample == count) break;
    if (bit >= switchBit) {
      from = <u32>scratch - tail;
      switchBit = u32.MAX_VALUE;
    }
    let word = peek(from, bit), valid: u32 = 57;
    if (sample == 1) {
      delta = firstDelta;
      bit += deltaBytes << 3;
      word = peek(from, bit);
    } else {
      const code = <i64>word >= 0 ? 1 : dodBits(word);
      if (code != 1) delta += deltaOfDelta(from, bit, word, code);
      bit += code;
      valid = code == longCode ? 57 : 57 - code;
      // Kept from passing the copy's end: such a chunk is found truncated below.
      word = code != longCode ? word << code : bit < end ? peek(from, bit) : 0;
    }
    t += delta;
    if (<i64>word >= 0) bit++;
    else {
      let head: u32 = 2;
      if ((word & (<u64>1 << 62)) != 0) {
        head = 13;
        window = ((<u32>(word >> 51) - 1) & 63) + 1;
        trailing = 64 - window - (<u32>(word >> 57) & 31);
      }
      const xor = head + window <= valid ? word << head : peekAll(from, bit + head);
      bits ^= (xor >> (64 - window)) << trailing;
      bit += head + window;
    }
    fault = faultOf(bit > end || trailing > 64 || (sample == 1 && deltaBytes == 0), t);
    if (fault != 0) break;
  }
  store<u32>(report, dropped);
  store<f64>(report, last, 8);
  return fault != 0 ? fault : <i32>(out >> 3);
}

// @ts-ignore: decorator
@inline
function faultOf(isTruncated: bool, t: i64): i32 {
  if (isTruncated) return truncated;
  return t > timeLimit || t < -timeLimit ? outOfRange : 0;
}

/**
 * Two runs of rows, each in rising time, as one; of equal times the first run's row stays. `rest` counts the second
 * run's rows, which stand right behind the `length` of the first. Answers the rows written.
 */
export function mergeRuns(timestamps: u32, values: u32, length: u32, rest: u32, outT: u32, outV: u32): u32 {
  const firstEnd = length << 3;
  const end = (length + rest) << 3;
  let a: u32 = 0;
  let b = firstEnd;
  let out: u32 = 0;
  while (a < firstEnd && b < end) {
    const left = load<f64>(timestamps + a);
    const right = load<f64>(timestamps + b);
    const from = left <= right ? a : b;
    store<f64>(outT + out, left <= right ? left : right);
    store<u64>(outV + out, load<u64>(values + from));
    out += 8;
    if (left <= right) a += 8;
    if (left >= right) b += 8;
  }
  const from = a < firstEnd ? a : b;
  const left = a < firstEnd ? firstEnd - a : end - b;
  memory.copy(outT + out, timestamps + from, left);
  memory.copy(outV + out, values + from, left);
  return (out + left) >> 3;
}
