/**
 * Floats with a given precision, as Go's %e, %f and %g print them: the exact value rounded once, ties to
 * even.
 */

import { formatNonFinite } from './go-float.js';

interface ExactDecimal {
  readonly negative: boolean;
  /** Every significant digit of the double; "" for zero. */
  readonly digits: string;
  /** The decimal point stands before digit `exponent`: 1.5 is digits "15", exponent 1. */
  readonly exponent: number;
}

/**
 * A double is a whole number times a power of two, so its decimal digits are finite: 2^-n is 5^n over 10^n.
 */
function exactDecimal(value: number): ExactDecimal {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  const negative = bits >> 63n === 1n;
  const biased = Number((bits >> 52n) & 0x7ffn);
  const fraction = bits & 0xfffffffffffffn;
  const mantissa = biased === 0 ? fraction : fraction | 0x10000000000000n;
  const power = (biased === 0 ? 1 : biased) - 1075;
  if (mantissa === 0n) return { negative, digits: '', exponent: 0 };
  const whole = power >= 0 ? mantissa << BigInt(power) : mantissa * 5n ** BigInt(-power);
  const digits = whole.toString();
  return { negative, digits: digits.replace(/0+$/, ''), exponent: digits.length + Math.min(power, 0) };
}

/** Keeps the first `count` digits, which may be none or fewer than none. */
function round(decimal: ExactDecimal, count: number): ExactDecimal {
  const { negative, digits, exponent } = decimal;
  if (count >= digits.length) return decimal;
  if (count < 0) return { negative, digits: '', exponent: 0 };
  const next = digits.charCodeAt(count) - 48;
  const isTie = next === 5 && count === digits.length - 1;
  const lastIsOdd = count > 0 && digits.charCodeAt(count - 1) % 2 === 1;
  const kept = digits.slice(0, count);
  if (!(isTie ? lastIsOdd : next >= 5)) {
    return { negative, digits: kept.replace(/0+$/, ''), exponent };
  }
  const raised = (BigInt(kept || '0') + 1n).toString();
  const carried = raised.length > count ? 1 : 0;
  return { negative, digits: raised.replace(/0+$/, ''), exponent: exponent + carried };
}

function plain({ negative, digits, exponent }: ExactDecimal, decimals: number): string {
  const whole = exponent > 0 ? digits.slice(0, exponent).padEnd(exponent, '0') : '0';
  const behind = exponent >= 0 ? digits.slice(exponent) : '0'.repeat(-exponent) + digits;
  const fraction = behind.slice(0, decimals).padEnd(decimals, '0');
  return `${negative ? '-' : ''}${whole}${decimals > 0 ? `.${fraction}` : ''}`;
}

function scientific({ negative, digits, exponent }: ExactDecimal, decimals: number): string {
  const power = digits === '' ? 0 : exponent - 1;
  const fraction = digits.slice(1).padEnd(decimals, '0');
  const magnitude = Math.abs(power).toString().padStart(2, '0');
  const mantissa = `${digits[0] ?? '0'}${decimals > 0 ? `.${fraction}` : ''}`;
  return `${negative ? '-' : ''}${mantissa}e${power < 0 ? '-' : '+'}${magnitude}`;
}

/** Go's FormatFloat(value, 'f', decimals, 64): `%.2f`. */
export function formatGoFixed(value: number, decimals: number): string {
  const text = formatNonFinite(value);
  if (text !== undefined) return text;
  const exact = exactDecimal(value);
  return plain(round(exact, exact.exponent + decimals), decimals);
}

/** Go's FormatFloat(value, 'e', decimals, 64): `%.2e`. */
export function formatGoScientific(value: number, decimals: number): string {
  return formatNonFinite(value) ?? scientific(round(exactDecimal(value), decimals + 1), decimals);
}

/** Go's FormatFloat(value, 'g', precision, 64): `%.4g`, significant digits without zeros behind them. */
export function formatGoGeneral(value: number, precision: number): string {
  const text = formatNonFinite(value);
  if (text !== undefined) return text;
  const wanted = Math.max(precision, 1);
  const rounded = round(exactDecimal(value), wanted);
  const count = rounded.digits.length;
  const power = rounded.digits === '' ? -1 : rounded.exponent - 1;
  const limit = wanted > count && count >= rounded.exponent ? count : wanted;
  if (power < -4 || power >= limit) return scientific(rounded, Math.max(Math.min(wanted, count) - 1, 0));
  return plain(rounded, Math.max(count - rounded.exponent, 0));
}
