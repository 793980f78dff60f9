/**
 * Doubles as Go prints them: the shortest digits that read back as the same double, the nearest of those. Source of the
 * method: R. Giulietti, "The Schubfach way to render doubles". Oracle: base/go-float.ts.
 */
import { highProduct } from './wide-product';

const leastPower: i32 = -292;
const powerCount: i32 = 617;
/** 10^k for k from -292 to 324 as 128 bits, its highest bit set, rounded up: low word, high word. */
const powers: usize = memory.data(9872, 16);
/** 24 digits, right-aligned, the last 17 of them set; more bytes are loaded with them. */
const digits: usize = memory.data(64, 16);
const zeros: u64 = 0x3030303030303030;

/** The address of the table of powers, for the binding to fill. */
export function floatFormatPowers(): u32 {
  return <u32>powers;
}

// @ts-ignore: decorator
@inline
function roundToOdd(low: u64, high: u64, factor: u64): u64 {
  const x = highProduct(low, factor);
  const y = high * factor + x;
  const top = highProduct(high, factor) + u64(y < x);
  return top | u64(y > 1);
}

/** Of the decimal that `shortest` found: it is `decimal` * 10^`scale`. */
let decimal: u64 = 0;
let scale: i32 = 0;

/** Of a finite double that is neither 0 nor a whole number below 2^53. */
function shortest(bits: u64): void {
  const fraction = bits & 0xfffffffffffff;
  const exponent = <i32>((bits >> 52) & 0x7ff);
  const c: u64 = exponent != 0 ? fraction | (<u64>1 << 52) : fraction;
  const q = exponent != 0 ? exponent - 1075 : -1074;
  const odd: u64 = c & 1;
  const isCloser: bool = fraction == 0 && exponent > 1;
  const k = (q * 1262611 - (isCloser ? 524031 : 0)) >> 22;
  const h = <u64>(q + ((-k * 1741647) >> 19) + 1);
  const at = powers + (<usize>(-k - leastPower) << 4);
  const low = load<u64>(at);
  const high = load<u64>(at, 8);
  const lower = roundToOdd(low, high, (4 * c - 2 + u64(isCloser)) << h) + odd;
  const middle = roundToOdd(low, high, (4 * c) << h);
  const upper = roundToOdd(low, high, (4 * c + 2) << h) - odd;
  const s = middle >> 2;
  if (s >= 10) {
    const tens = s / 10;
    const isDown = lower <= 40 * tens;
    const isUp = 40 * tens + 40 <= upper;
    if (isDown != isUp) {
      decimal = tens + u64(isUp);
      scale = k + 1;
      return;
    }
  }
  const isDown = lower <= 4 * s;
  const isUp = 4 * s + 4 <= upper;
  scale = k;
  if (isDown != isUp) decimal = s + u64(isUp);
  else {
    const half = 4 * s + 2;
    decimal = s + u64(middle > half || (middle == half && (s & 1) != 0));
  }
}

/** Eight digits of a number below 10^8, the first in the lowest byte. */
// @ts-ignore: decorator
@inline
function eight(n: u32): u64 {
  const high = n / 10000;
  const pairs: u64 = <u64>high | (<u64>(n - high * 10000) << 32);
  const hundreds = ((pairs * 10486) >> 20) & 0x0000007f0000007f;
  const twos = hundreds | ((pairs - 100 * hundreds) << 16);
  const tens = ((twos * 103) >> 10) & 0x000f000f000f000f;
  return tens | ((twos - 10 * tens) << 8);
}

/** The digits of a number below 10^17 and not 0; answers where the first stands. The last is before `digits + 24`. */
// @ts-ignore: decorator
@inline
function spread(n: u64): usize {
  if (n < 100000000) {
    const low = eight(<u32>n);
    store<u64>(digits, low | zeros, 16);
    return digits + 16 + <usize>(ctz(low) >> 3);
  }
  const upper = n / 100000000;
  store<u64>(digits, eight(<u32>(n - upper * 100000000)) | zeros, 16);
  const top = <u32>(upper / 100000000);
  const middle = eight(<u32>(upper - <u64>top * 100000000));
  store<u64>(digits, middle | zeros, 8);
  if (top == 0) return digits + 8 + <usize>(ctz(middle) >> 3);
  store<u8>(digits, 48 + top, 7);
  return digits + 7;
}

/** Behind the last digit that is not 0. */
// @ts-ignore: decorator
@inline
function trimmed(): usize {
  let end = digits + 24;
  const low = load<u64>(digits, 16) ^ zeros;
  if (low != 0) return end - <usize>(clz(low) >> 3);
  end -= 8;
  while (load<u8>(end - 1) == 48) end--;
  return end;
}

// @ts-ignore: decorator
@inline
function copy17(to: usize, from: usize): void {
  v128.store(to, v128.load(from));
  store<u8>(to, load<u8>(from, 16), 16);
}

/** A whole number below 10^17; answers the byte behind it. Up to 17 bytes are written whatever its length. */
// @ts-ignore: decorator
@inline
export function putWhole(out: usize, n: u64): usize {
  if (n < 10) {
    store<u8>(out, 48 + <u8>n);
    return out + 1;
  }
  const start = spread(n);
  copy17(out, start);
  return out + (digits + 24 - start);
}

function putExponent(out: usize, start: usize, count: usize, power: i32): usize {
  store<u8>(out, load<u8>(start));
  let at = out + 1;
  if (count > 1) {
    store<u8>(at, 46);
    copy17(at + 1, start + 1);
    at += count;
  }
  store<u8>(at, 101);
  store<u8>(at, power < 0 ? 45 : 43, 1);
  at += 2;
  const size = abs(power);
  if (size >= 100) store<u8>(at++, 48 + <u8>(size / 100));
  store<u8>(at, 48 + <u8>((size / 10) % 10));
  store<u8>(at, 48 + <u8>(size % 10), 1);
  return at + 2;
}

/**
 * How a number that is not whole, or has 2^53 or more, is written: 0 without an exponent ('f'), 1 with one below 1e-6
 * and from 1e21 on (the API), 2 below 1e-4 and from 1e6 on ('g').
 */
// @ts-ignore: decorator
@inline
function hasExponent(power: i32, form: i32): bool {
  if (form == 0) return false;
  return form == 1 ? power < -6 || power >= 21 : power < -4 || power >= 6;
}

/** Answers the byte behind the text; up to 32 bytes more may be written. The form is `formatFloat`'s. */
export function putFloat(out: usize, value: f64, form: i32): usize {
  const bits = reinterpret<u64>(value);
  const size = abs(value);
  let at = out;
  if (<i64>bits < 0 && value == value) store<u8>(at++, 45);
  if (size < 9007199254740992) {
    const whole = <u64>size;
    if (<f64>whole == size && (form != 2 || whole < 1000000)) return putWhole(at, whole);
    if (<f64>whole == size) {
      decimal = whole;
      scale = 0;
    } else shortest(bits & 0x7fffffffffffffff);
  } else if (size == Infinity) {
    if (at == out) store<u8>(at++, 43);
    store<u32>(at, 0x666e49);
    return at + 3;
  } else if (value != value) {
    store<u32>(at, 0x4e614e);
    return at + 3;
  } else shortest(bits & 0x7fffffffffffffff);

  const start = spread(decimal);
  const end = trimmed();
  const count = end - start;
  const point = <i32>(digits + 24 - start) + scale;
  if (hasExponent(point - 1, form)) return putExponent(at, start, count, point - 1);
  if (point <= 0) {
    store<u16>(at, 0x2e30);
    at += 2;
    memory.fill(at, 48, -point);
    at += -point;
    copy17(at, start);
    return at + count;
  }
  if (point >= <i32>count) {
    copy17(at, start);
    memory.fill(at + count, 48, <usize>point - count);
    return at + point;
  }
  v128.store(at, v128.load(start));
  store<u8>(at + point, 46);
  v128.store(at + point, v128.load(start + point), 1);
  return at + count + 1;
}

/** Writes a double's text at `out`, which has 400 bytes; answers its length. */
export function formatFloat(out: u32, value: f64, form: i32): u32 {
  return <u32>(putFloat(out, value, form) - out);
}
