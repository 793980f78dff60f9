/**
 * Rows of two columns as a dump writes them, `<prefix> <value> <time>\n`, described by a block of fields that the
 * binding writes (src/kernels/dump-rows.ts):
 *
 *      0 timestamps u32    4 values u32    8 row u32     12 end row u32   16 out u32    20 out bytes u32
 *     24 prefix u32       28 prefix bytes u32            32 separator u32 36 form u32
 *
 * Behind the prefix stand 16 bytes that may be read. Times are whole and within 2^53 in form 0 (milliseconds), within
 * 2^49 in form 1 (seconds with three digits). A value that has the bits of the one before has its text as well.
 */
import { putFloat, putWhole } from './float-format';

/** A row takes no more than its prefix and this: number, time, separators, what is written beyond them. */
const rowBytes: u32 = 512;

// @ts-ignore: decorator
@inline
function copyText(to: usize, from: usize, length: usize): void {
  const end = to + length;
  while (to < end) {
    v128.store(to, v128.load(from));
    to += 16;
    from += 16;
  }
}

// @ts-ignore: decorator
@inline
function putTime(out: usize, time: f64, form: u32): usize {
  let at = out;
  if (time < 0) store<u8>(at++, 45);
  const size = <u64>abs(time);
  if (form == 0) return putWhole(at, size);
  const seconds = size / 1000;
  const rest = <u32>(size - seconds * 1000);
  at = putWhole(at, seconds);
  store<u8>(at, 46);
  store<u8>(at, 48 + rest / 100, 1);
  store<u8>(at, 48 + ((rest / 10) % 10), 2);
  store<u8>(at, 48 + (rest % 10), 3);
  return at + 4;
}

/** Writes rows until they end or the output has no room for another; answers the bytes and moves on the row. */
export function dumpRows(s: u32): u32 {
  const timestamps = load<u32>(s);
  const values = load<u32>(s + 4);
  const rowEnd = load<u32>(s + 12);
  const out = load<u32>(s + 16);
  const prefix = load<u32>(s + 24);
  const prefixBytes = load<u32>(s + 28);
  const separator = <u8>load<u32>(s + 32);
  const form = load<u32>(s + 36);
  const outBytes = load<u32>(s + 20);
  const longest = prefixBytes + rowBytes;
  if (outBytes < longest) return 0;
  const last: usize = out + outBytes - longest;
  let row = load<u32>(s + 8);
  let at: usize = out;
  let bits: u64 = 0;
  let text: usize = 0;
  let textBytes: usize = 0;
  for (; row < rowEnd && at <= last; row++) {
    copyText(at, prefix, prefixBytes);
    at += prefixBytes;
    store<u8>(at++, separator);
    const value = load<u64>(values + (row << 3));
    if (text != 0 && value == bits) {
      copyText(at, text, textBytes);
      text = at;
      at += textBytes;
    } else {
      bits = value;
      text = at;
      at = putFloat(at, reinterpret<f64>(value), 2);
      textBytes = at - text;
    }
    store<u8>(at++, separator);
    at = putTime(at, load<f64>(timestamps + (row << 3)), form);
    store<u8>(at++, 10);
  }
  store<u32>(s + 8, row);
  return <u32>at - out;
}
