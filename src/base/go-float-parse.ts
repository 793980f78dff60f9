/** Floats as Go reads them. Source: strconv.ParseFloat. */
import { quoteGo } from './quote.js';

export type ParsedFloat =
  | { readonly ok: true; readonly value: number }
  /** `value` is what was read: an infinity when it is out of range, else 0. `error` is Go's text. */
  | {
      readonly ok: false;
      readonly reason: 'syntax' | 'range';
      readonly value: number;
      readonly error: string;
    };

// Underscores stand between digits, and behind the prefix of a hexadecimal float.
const decimalFloat =
  /^[+-]?(?:\d+(?:_\d+)*(?:\.(?:\d+(?:_\d+)*)?)?|\.\d+(?:_\d+)*)(?:[eE][+-]?\d+(?:_\d+)*)?$/;
const plainFloat = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const hexFloat =
  /^([+-]?)0x((?:_?[\da-f]+(?:_[\da-f]+)*)?)(?:\.((?:[\da-f]+(?:_[\da-f]+)*)?))?p([+-]?\d+(?:_\d+)*)$/i;
const infinityText = /^[+-]?inf(?:inity)?$/i;

/**
 * The nearest double of a decimal or hexadecimal float, `inf`, `infinity` or `nan` (in any case), else Go's
 * error.
 */
export function readGoFloat(text: string): ParsedFloat {
  const value = floatOf(text);
  if (value === undefined) {
    return { ok: false, reason: 'syntax', value: 0, error: parseError(text, 'invalid syntax') };
  }
  if (!Number.isFinite(value) && !isSpecial(text)) {
    return { ok: false, reason: 'range', value, error: parseError(text, 'value out of range') };
  }
  return { ok: true, value };
}

/** As `readGoFloat`; undefined for what Go refuses, numbers out of range too. */
export function parseGoFloat(text: string): number | undefined {
  const value = floatOf(text);
  if (value === undefined || Number.isFinite(value) || isSpecial(text)) return value;
  return undefined;
}

function parseError(text: string, problem: string): string {
  return `strconv.ParseFloat: parsing ${quoteGo(text)}: ${problem}`;
}

function isSpecial(text: string): boolean {
  return /^[+-]?[in]/i.test(text);
}

function floatOf(text: string): number | undefined {
  if (plainFloat.test(text)) return Number(text);
  if (infinityText.test(text))
    return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  if (/^nan$/i.test(text)) return Number.NaN;
  if (decimalFloat.test(text)) return Number(text.replaceAll('_', ''));
  return hexValue(text);
}

function hexValue(text: string): number | undefined {
  const found = hexFloat.exec(text);
  if (found === null) return undefined;
  const [, sign, whole = '', fraction = '', power = '0'] = found;
  const wholeDigits = whole.replaceAll('_', '');
  const fractionDigits = fraction.replaceAll('_', '');
  if (wholeDigits + fractionDigits === '') return undefined;
  const digits = (wholeDigits + fractionDigits).replace(/^0+/, '');
  if (digits === '') return sign === '-' ? -0 : 0;
  // Sixteen digits and the fact that there are more say all that rounding needs.
  const kept = digits.slice(0, 16);
  const dropped = digits.slice(16);
  const sticky = /[^0]/.test(dropped) ? 1n : 0n;
  const mantissa = (BigInt(`0x${kept}`) << 1n) | sticky;
  const exponent = Number(power.replaceAll('_', '')) - 4 * fractionDigits.length + 4 * dropped.length - 1;
  const magnitude = scaled(mantissa, exponent);
  return sign === '-' ? -magnitude : magnitude;
}

/** The double nearest to mantissa times two to the `exponent`, ties to even. */
function scaled(mantissa: bigint, exponent: number): number {
  const bits = mantissa.toString(2).length;
  const top = bits + exponent;
  if (top > 1100) return Number.POSITIVE_INFINITY;
  if (top < -1100) return 0;
  // Bits below the last one a double of this size has; subnormals have fewer.
  const excess = Math.max(bits - 53, -1074 - exponent);
  if (excess <= 0) return Number(mantissa) * powerOfTwo(exponent);
  const shift = BigInt(excess);
  const half = 1n << (shift - 1n);
  let kept = mantissa >> shift;
  const rest = mantissa - (kept << shift);
  if (rest > half || (rest === half && (kept & 1n) === 1n)) kept++;
  return timesPowerOfTwo(Number(kept), exponent + excess);
}

function powerOfTwo(exponent: number): number {
  return timesPowerOfTwo(1, exponent);
}

/** In steps, as a power beyond a double's range may still give a product within it. */
function timesPowerOfTwo(value: number, exponent: number): number {
  let left = exponent;
  let product = value;
  for (; left > 1000; left -= 1000) product *= 2 ** 1000;
  for (; left < -1000; left += 1000) product *= 2 ** -1000;
  return product * 2 ** left;
}
