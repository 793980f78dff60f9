/**
 * The write-ahead log: float sample records of type 2 from and to columns of doubles, and records laid out in fragments
 * and pages. Twins: tsdb/wal/records/samples.ts and tsdb/wal/frame-records.ts. Sources: tsdb/record/record.go,
 * tsdb/wlog/wlog.go. References and times in columns are safe integers.
 */
import { crc32c } from './crc32c';

const samplesRecord: u8 = 2;
const walPageBytes: u32 = 32768;
const walHeaderBytes: u32 = 7;
const mostSafe: i64 = 0x1fffffffffffff;

// @ts-ignore: decorator
@inline
function putVarint(at: u32, value: i64): u32 {
  let left = <u64>((value << 1) ^ (value >> 63));
  while (left >= 0x80) {
    store<u8>(at++, <u8>left | 0x80);
    left >>= 7;
  }
  store<u8>(at++, <u8>left);
  return at;
}

/** `into` has room for 17 bytes and 28 a row. Answers the record's length. */
export function walEncodeSamples(refs: u32, timestamps: u32, values: u32, length: u32, into: u32): u32 {
  store<u8>(into, samplesRecord);
  if (length == 0) return 1;
  const baseRef = <i64>load<f64>(refs);
  const baseTime = <i64>load<f64>(timestamps);
  store<u64>(into + 1, bswap<u64>(baseRef));
  store<u64>(into + 9, bswap<u64>(baseTime));
  let at = into + 17;
  for (let row: u32 = 0; row < length; row++) {
    at = putVarint(at, <i64>load<f64>(refs + (row << 3)) - baseRef);
    at = putVarint(at, <i64>load<f64>(timestamps + (row << 3)) - baseTime);
    store<u64>(at, bswap<u64>(load<u64>(values + (row << 3))));
    at += 8;
  }
  return at - into;
}

/** Where the varint that was read last ends; 0 where it is cut off or longer than 64 bits. */
let varintEnd: u32 = 0;

// @ts-ignore: decorator
@inline
function readVarint(at: u32, end: u32): i64 {
  let value: u64 = 0;
  if (at < end) {
    const byte = <u64>load<u8>(at);
    if (byte < 0x80) {
      varintEnd = at + 1;
      return <i64>(byte >> 1) ^ -<i64>(byte & 1);
    }
  }
  return readLongVarint(at, end);
}

function readLongVarint(at: u32, end: u32): i64 {
  let value: u64 = 0;
  for (let count: u32 = 0; count < 10 && at < end; count++) {
    const byte = <u64>load<u8>(at++);
    if (count == 9 && byte > 1) break;
    value |= (byte & 0x7f) << (7 * count);
    if (byte < 0x80) {
      varintEnd = at;
      return <i64>(value >> 1) ^ -<i64>(value & 1);
    }
  }
  varintEnd = 0;
  return 0;
}

/**
 * Begins a record of type 2, whose bytes behind the type are `at` to `end`. `state`: 24 bytes. 0; -1 where it is
 * damaged, -2 where it says a reference or time that a double does not hold.
 */
export function walOpenSamples(state: u32, at: u32, end: u32): i32 {
  store<u32>(state + 4, end);
  if (at == end) {
    store<u32>(state, at);
    return 0;
  }
  if (end - at < 8) return -1;
  const ref = <i64>bswap<u64>(load<u64>(at));
  if (<u64>ref > <u64>mostSafe) return -2;
  if (end - at < 16) return -1;
  const time = <i64>bswap<u64>(load<u64>(at + 8));
  if (time > mostSafe || time < -mostSafe - 1) return -2;
  store<u32>(state, at + 16);
  store<i64>(state + 8, ref);
  store<i64>(state + 16, time);
  return 0;
}

/** Decodes at most `most` rows more to the columns' beginning; answers how many, 0 at the end, or a fault as above. */
export function walDecodeSamples(state: u32, refs: u32, timestamps: u32, values: u32, most: u32): i32 {
  let at = load<u32>(state);
  const end = load<u32>(state + 4);
  const baseRef = load<i64>(state + 8);
  const baseTime = load<i64>(state + 16);
  let row: u32 = 0;
  while (row < most && at < end) {
    if (end - at < 10) return -1;
    const ref = baseRef + readVarint(at, end);
    if (varintEnd == 0) return -1;
    if (<u64>ref > <u64>mostSafe) return -2;
    const time = baseTime + readVarint(varintEnd, end);
    if (varintEnd == 0) return -1;
    if (time > mostSafe || time < -mostSafe) return -2;
    at = varintEnd;
    if (end - at < 8) return -1;
    store<f64>(refs + (row << 3), <f64>ref);
    store<f64>(timestamps + (row << 3), <f64>time);
    store<u64>(values + (row << 3), bswap<u64>(load<u64>(at)));
    at += 8;
    row++;
  }
  store<u32>(state, at);
  return row;
}

/** Moves the rows that are not before `mint` to the front, in their order; answers how many. */
export function walKeepRows(refs: u32, timestamps: u32, values: u32, length: u32, mint: f64): u32 {
  let kept: u32 = 0;
  for (let row: u32 = 0; row < length; row++) {
    const time = load<f64>(timestamps + (row << 3));
    if (time < mint) continue;
    store<f64>(refs + (kept << 3), load<f64>(refs + (row << 3)));
    store<f64>(timestamps + (kept << 3), time);
    store<u64>(values + (kept << 3), load<u64>(values + (row << 3)));
    kept++;
  }
  return kept;
}

/**
 * Lays a stored record out behind what is framed. `state`: four words: the buffer, its length so far, where in its page
 * of the segment it begins, and the count of fragments. The buffer has room for the record, a page, and seven bytes for
 * each page and two more. `flags`: how it is compressed.
 */
export function walFrame(state: u32, from: u32, length: u32, flags: u32): void {
  const buffer = load<u32>(state);
  let filled = load<u32>(state + 4);
  const start = load<u32>(state + 8);
  let fragments: u32 = 0;
  let left = length;
  do {
    const room = walPageBytes - ((start + filled) & (walPageBytes - 1)) - walHeaderBytes;
    const piece = min(left, room);
    const isLast = piece == left;
    const kind: u32 = fragments == 0 ? (isLast ? 1 : 2) : isLast ? 4 : 3;
    const into = buffer + filled;
    store<u8>(into, kind | flags);
    store<u16>(into + 1, bswap<u16>(<u16>piece));
    store<u32>(into + 3, bswap<u32>(crc32c(from, piece, 0)));
    memory.copy(into + walHeaderBytes, from, piece);
    filled += walHeaderBytes + piece;
    from += piece;
    left -= piece;
    fragments++;
  } while (left > 0);
  const rest = walPageBytes - ((start + filled) & (walPageBytes - 1));
  if (rest < walHeaderBytes) {
    memory.fill(buffer + filled, 0, rest);
    filled += rest;
  }
  store<u32>(state + 4, filled);
  store<u32>(state + 12, load<u32>(state + 12) + fragments);
}
