/**
 * XOR chunks (tsdb/chunkenc/xor.go) into columns of doubles. Twin: twins/xor.ts, `decodeXor`. Bytes are loaded eight at
 * a time, so the last of a chunk are read from a copy with zeros behind it: nothing outside of the chunk is touched.
 */

const truncated: i32 = -1;
const outOfRange: i32 = -2;
const noRoom: i32 = -3;
const timeLimit: i64 = 1 << 50;

/** A chunk's last bytes are copied from so many on; no sample and what is loaded with it spans more than 40. */
const tailBytes: u32 = 64;
const spanBytes: u32 = 40;
/** A sample that begins so many bytes before the end, and what is loaded with it, lies within the chunk. */
const strideBytes: u32 = 16;
const scratch: usize = memory.data(128, 16);
/** 0: u32 samples in the window that were left out because they are not later; 8: f64 time of the last row. */
const report: usize = memory.data(16, 16);

/** Where `xorDecode` leaves what else it has to say. */
export function xorDecodeReport(): u32 {
  return <u32>report;
}

/** 57 bits at least, from the highest down. */
// @ts-ignore: decorator
@inline
function peek(base: u32, bit: u32): u64 {
  const turned = i8x16.swizzle(
    v128.load64_zero(base + (bit >> 3)),
    i8x16(7, 6, 5, 4, 3, 2, 1, 0, -1, -1, -1, -1, -1, -1, -1, -1),
  );
  return i64x2.extract_lane(turned, 0) << (bit & 7);
}

/** 64 bits. */
// @ts-ignore: decorator
@inline
function peekAll(base: u32, bit: u32): u64 {
  return peek(base, bit) | ((<u64>load<u8>(base + (bit >> 3), 8)) >> (8 - (bit & 7)));
}

/** The varint's length in bytes, its value in `value`; 0 when it is none within 64 bits. */
let value: u64 = 0;
function readUvarint(at: u32, end: u32): u32 {
  let result: u64 = 0;
  let shift: u64 = 0;
  for (let bytes: u32 = 0; bytes < 10 && at + bytes < end; bytes++) {
    const byte: u64 = load<u8>(at + bytes);
    if (bytes == 9 && byte > 1) return 0;
    result |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      value = result;
      return bytes + 1;
    }
    shift += 7;
  }
  return 0;
}

/** What `begin` finds: where loads are from, from which bit on they are from the copy, where the second sample is. */
let base: u32 = 0;
let passEnd: u32 = 0;
let strideEnd: u32 = 0;
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
  strideEnd = length > strideBytes ? (length - strideBytes) << 3 : 0;
  passEnd = tail == 0 ? u32.MAX_VALUE : (length - spanBytes) << 3;
  const bytes = readUvarint(base + 2, base + length);
  if (bytes == 0 || value >= <u64>1 << 54 || bytes + 10 > length) return truncated;
  firstTime = <i64>(value >> 1) ^ -(<i64>(value & 1));
  firstBits = peekAll(base, (2 + bytes) << 3);
  if (firstTime > timeLimit || firstTime < -timeLimit) return outOfRange;
  startBit = (10 + bytes) << 3;
  deltaBytes = readUvarint(base + 10 + bytes, base + length);
  firstDelta = <i64>value;
  return 0;
}

/** Of a change of delta that is written whole. */
const longCode: u32 = 68;

/** Bits of the code for a change of delta that is not 0. */
// @ts-ignore: decorator
@inline
function dodBits(word: u64): u32 {
  const ones = <u32>clz<u64>(~word);
  return ones < 4 ? 12 + (ones << 2) : longCode;
}

/** 10, 110 and 1110 stand before 14, 17 and 20 bits. */
// @ts-ignore: decorator
@inline
function dodOf(word: u64, bits: u32): i64 {
  const width = 11 + 3 * ((bits - 12) >> 2);
  const dod = <i64>((word << (bits - width)) >> (64 - width));
  return dod > <i64>1 << (width - 1) ? dod - (<i64>1 << width) : dod;
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
  const tail: u32 = length > tailBytes ? length - tailBytes : 0;
  const fault = begin(at, length, tail);
  if (fault != 0) return fault;
  return walk(count, length << 3, tail, timestamps + (row << 3), values + (row << 3), mint, maxt, lastT);
}

// @ts-ignore: decorator
@inline
function keepsDelta(base: u32, bit: u32): bool {
  return ((<u32>load<u8>(base + (bit >> 3)) << (bit & 7)) & 0x80) == 0;
}

/** Where `stride` stands: the next sample, its first bit, and what the last one was; the window also before it. */
let sampleAt: u32 = 0;
let bitAt: u32 = 0;
let lastBits: u64 = 0;
let windowAt: u32 = 0;
let trailingAt: u32 = 0;

/**
 * Writes samples behind one that was written as long as the delta stays, times go up to `maxt` and bits begin below
 * `strideEnd`. Answers the time of the last one.
 */
function stride(
  from: u32,
  sample: u32,
  count: u32,
  bit: u32,
  bits: u64,
  times: u32,
  values: u32,
  time: f64,
  delta: f64,
  maxt: f64,
): f64 {
  const limit = min<f64>(maxt, <f64>timeLimit);
  const endBit = strideEnd;
  let window = windowAt;
  let trailing = trailingAt;
  while (sample < count && bit < endBit) {
    const word = peek(from, bit);
    const next = time + delta;
    if (<i64>word < 0 || next > limit) break;
    if ((word & (<u64>1 << 62)) == 0) bit += 2;
    else if ((word & (<u64>1 << 61)) == 0) {
      if (window > 54) break;
      bits ^= ((word << 3) >> (64 - window)) << trailing;
      bit += 3 + window;
    } else {
      const width = ((<u32>(word >> 50) - 1) & 63) + 1;
      const leading = <u32>(word >> 56) & 31;
      if (width > 43 || width + leading > 64) break;
      window = width;
      trailing = 64 - width - leading;
      bits ^= ((word << 14) >> (64 - width)) << trailing;
      bit += 14 + width;
    }
    time = next;
    store<f64>(times, time);
    store<u64>(values, bits);
    times += 8;
    values += 8;
    sample++;
  }
  sampleAt = sample;
  bitAt = bit;
  lastBits = bits;
  windowAt = window;
  trailingAt = trailing;
  return time;
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
    if (sample > 1 && delta > 0 && last == time && time >= mint && bit < strideEnd && keepsDelta(from, bit)) {
      windowAt = window;
      trailingAt = trailing;
      last = stride(from, sample, count, bit, bits, times + out, values + out, time, <f64>delta, maxt);
      out += (sampleAt - sample) << 3;
      sample = sampleAt;
      bit = bitAt;
      bits = lastBits;
      window = windowAt;
      trailing = trailingAt;
      t = <i64>last;
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
      if (code != 1) delta += code == longCode ? <i64>peekAll(from, bit + 4) : dodOf(word, code);
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
