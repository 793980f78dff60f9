/**
 * Decimal floats, correctly rounded, by the grammar of upstream's parsers (Go's ParseFloat without hexadecimal floats
 * and underscores). Up to 2^53 and 10^22 one exact operation does; up to 19 digits a product of 128 bits does (Lemire,
 * "Number parsing at a gigabyte per second", with the proof of Mushtak and Lemire that no case is left over); a longer
 * number is read with its digits cut off and one more in the last place, and is settled where both give the same.
 */
import { highProduct } from './wide-product';

const leastPower: i64 = -342;
const mostPower: i64 = 308;

/** 651 normalised powers of five, 128 bits each, high word first; the binding fills them. */
const powers: usize = memory.data(10416, 16);
/** 10^0 to 10^22. */
const exactPowers: usize = memory.data<f64>([
  1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
  1e21, 1e22,
]);

export const floatOk: i32 = 0;
export const floatSyntax: i32 = 1;
export const floatRange: i32 = 2;
export const floatUnsupported: i32 = 3;
/** A number that takes exact arithmetic: the caller reads it otherwise. */
export const floatSlow: i32 = 4;

const infinityBits: u64 = 0x7ff0000000000000;
const normalNaN: u64 = 0x7ff8000000000001;

/** What `readNumber` and `readName` found. */
let foundBits: u64 = 0;
let foundStatus: i32 = 0;

/** Where the binding writes the powers of five. */
export function floatTable(): usize {
  return powers;
}

// @ts-ignore: decorator
@inline
export function numberBits(): u64 {
  return foundBits;
}

/** The bits of `w` * 10^`q`, rounded to nearest even; infinity where it does not fit. */
function decimalBits(w: u64, q: i64): u64 {
  if (w == 0 || q < leastPower) return 0;
  if (q > mostPower) return infinityBits;
  const zeros = clz<u64>(w);
  w <<= zeros;
  const power = powers + (<usize>(q - leastPower) << 4);
  let high = highProduct(w, load<u64>(power));
  let low = w * load<u64>(power);
  if ((high & 0x1ff) == 0x1ff) {
    const rest = highProduct(w, load<u64>(power, 8));
    low += rest;
    if (rest > low) high++;
  }
  const upper = high >> 63;
  const shift = upper + 9;
  let mantissa = high >> shift;
  let exponent: i64 = (((152170 + 65536) * q) >> 16) + 63 + <i64>upper - <i64>zeros + 1023;
  if (exponent <= 0) {
    if (1 - exponent >= 64) return 0;
    mantissa >>= <u64>(1 - exponent);
    mantissa = (mantissa + (mantissa & 1)) >> 1;
    // A mantissa that reached 2^52 is the smallest normal number, whose bits are the same.
    return mantissa;
  }
  if (low <= 1 && q >= -4 && q <= 23 && (mantissa & 3) == 1 && mantissa << shift == high) {
    mantissa &= ~(<u64>1);
  }
  mantissa = (mantissa + (mantissa & 1)) >> 1;
  if (mantissa >= <u64>2 << 52) {
    mantissa = <u64>1 << 52;
    exponent++;
  }
  if (exponent >= 2047) return infinityBits;
  return (mantissa & 0x000fffffffffffff) | (<u64>exponent << 52);
}

// @ts-ignore: decorator
@inline
function isEightDigits(word: u64): bool {
  const nibbles: u64 = 0xf0f0f0f0f0f0f0f0;
  return ((word & nibbles) | (((word + 0x0606060606060606) & nibbles) >> 4)) == 0x3333333333333333;
}

// @ts-ignore: decorator
@inline
function eightDigits(word: u64): u64 {
  const mask: u64 = 0x000000ff000000ff;
  const value = (word - 0x3030303030303030) * 10 + ((word - 0x3030303030303030) >> 8);
  return ((value & mask) * 0x000f424000000064 + ((value >> 16) & mask) * 0x0000271000000001) >> 32;
}

// @ts-ignore: decorator
@inline
function digitAt(at: usize): u32 {
  return <u32>load<u8>(at) - 0x30;
}

/** A number of more than 19 digits, the first of which stands at `at`; the exponent that was written in `power`. */
function longBits(start: usize, power: i64): u64 {
  let at = start;
  let mantissa: u64 = 0;
  let count: i64 = 0;
  let exponent = power;
  let isCut = false;
  let isBehindPoint = false;
  for (; ; at++) {
    const digit = digitAt(at);
    if (digit > 9) {
      if (load<u8>(at) != 0x2e || isBehindPoint) break;
      isBehindPoint = true;
      continue;
    }
    if (count < 19) {
      mantissa = mantissa * 10 + digit;
      if (mantissa != 0) count++;
      if (isBehindPoint) exponent--;
    } else {
      if (digit != 0) isCut = true;
      if (!isBehindPoint) exponent++;
    }
  }
  const bits = decimalBits(mantissa, exponent);
  if (isCut && decimalBits(mantissa + 1, exponent) != bits) foundStatus = floatSlow;
  return bits;
}

/**
 * Reads the number that begins at `start`: the answer is the first byte behind it, 0 where there is none. Up to 8
 * bytes behind the number are looked at; the byte behind it decides nothing.
 */
export function readNumber(start: usize): usize {
  let at = start;
  let byte: u32 = load<u8>(at);
  const sign: u64 = byte == 0x2d ? <u64>1 << 63 : 0;
  if (byte == 0x2d || byte == 0x2b) at++;
  const first = at;
  let mantissa: u64 = 0;
  for (let word = load<u64>(at); isEightDigits(word); word = load<u64>(at)) {
    mantissa = mantissa * 100000000 + eightDigits(word);
    at += 8;
  }
  for (let digit = digitAt(at); digit < 10; digit = digitAt(at)) {
    mantissa = mantissa * 10 + digit;
    at++;
  }
  let count = at - first;
  let exponent: i64 = 0;
  if (load<u8>(at) == 0x2e) {
    const point = ++at;
    for (let word = load<u64>(at); isEightDigits(word); word = load<u64>(at)) {
      mantissa = mantissa * 100000000 + eightDigits(word);
      at += 8;
    }
    for (let digit = digitAt(at); digit < 10; digit = digitAt(at)) {
      mantissa = mantissa * 10 + digit;
      at++;
    }
    exponent = -<i64>(at - point);
    count += at - point;
  }
  if (count == 0) return 0;
  let power: i64 = 0;
  byte = load<u8>(at);
  if ((byte | 0x20) == 0x65) {
    byte = load<u8>(++at);
    const isBelow = byte == 0x2d;
    if (isBelow || byte == 0x2b) at++;
    const powerStart = at;
    for (let digit = digitAt(at); digit < 10; digit = digitAt(at)) {
      if (power < 100000000) power = power * 10 + digit;
      at++;
    }
    if (at == powerStart) return 0;
    if (isBelow) power = -power;
    exponent += power;
  }
  foundStatus = floatOk;
  let bits: u64;
  if (count > 19) {
    bits = longBits(first, power);
  } else if (mantissa <= 0x1fffffffffffff && exponent >= -22 && exponent <= 22) {
    // Both are exact, so that the one rounding of the product or quotient is the only one.
    bits = reinterpret<u64>(
      exponent < 0
        ? <f64>mantissa / load<f64>(exactPowers + (<usize>-exponent << 3))
        : <f64>mantissa * load<f64>(exactPowers + (<usize>exponent << 3)),
    );
  } else {
    bits = decimalBits(mantissa, exponent);
  }
  if (bits == infinityBits && foundStatus == floatOk) foundStatus = floatRange;
  foundBits = bits | sign;
  return at;
}

// @ts-ignore: decorator
@inline
export function numberStatus(): i32 {
  return foundStatus;
}

/** Whether the letters at `at` are those of `word` (in small letters, 3 bytes). */
// @ts-ignore: decorator
@inline
function isWord(at: usize, word: u32): bool {
  return ((<u32>load<u16>(at) | (<u32>load<u8>(at, 2) << 16)) | 0x202020) == word;
}

/** `NaN`, `Inf` and `Infinity` in letters of any size; the latter two with a sign. */
export function readName(start: usize, end: usize): bool {
  let at = start;
  const byte = load<u8>(at);
  let sign: u64 = 0;
  if (byte == 0x2b || byte == 0x2d) {
    sign = byte == 0x2d ? <u64>1 << 63 : 0;
    at++;
  }
  const length = end - at;
  if (length == 3 && at == start && isWord(at, 0x6e616e)) {
    foundBits = normalNaN;
    return true;
  }
  if ((length != 3 && length != 8) || !isWord(at, 0x666e69)) return false;
  if (length == 8 && !(isWord(at + 3, 0x696e69) && isWord(at + 5, 0x797469))) return false;
  foundBits = infinityBits | sign;
  return true;
}

/** Reads bytes `start` to `end` into `out` (8 bytes); the 16 bytes from `end` on must exist, and go on with no digit. */
export function floatParse(start: usize, end: usize, out: usize): i32 {
  if (readNumber(start) == end && start != end) {
    store<u64>(out, foundBits);
    return foundStatus;
  }
  if (readName(start, end)) {
    store<u64>(out, foundBits);
    return floatOk;
  }
  // Upstream looks for these before it reads.
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    if (byte == 0x70 || byte == 0x50 || byte == 0x5f) return floatUnsupported;
  }
  return floatSyntax;
}
