import { decodeAscii } from '../base/index.js';
import { setNormalNaNAt, wordsOf } from '../model/index.js';

/** How `readFloat` ended. */
export const floatStatus = { ok: 0, syntax: 1, range: 2, unsupported: 3 } as const;
export type FloatStatus = (typeof floatStatus)[keyof typeof floatStatus];

/** A column of doubles and its words: a NaN is written as bits. */
export interface FloatColumn {
  readonly values: Float64Array;
  readonly words: Uint32Array;
}

export function floatColumn(length: number): FloatColumn {
  const values = new Float64Array(length);
  return { values, words: wordsOf(values) };
}

const powersOfTen: Float64Array = Float64Array.from({ length: 23 }, (_, power) => Number(`1e${power}`));
const largestExact = 2 ** 53 - 1;
const longestName = '+infinity'.length;

/**
 * Reads bytes `start` to `end` as upstream's parseFloat does (Go's ParseFloat without hexadecimal floats and
 * underscores), correctly rounded, into `column[row]`; `NaN` as the canonical NaN. Source: textparse/promparse.go.
 */
export function readFloat(
  bytes: Uint8Array,
  start: number,
  end: number,
  column: FloatColumn,
  row: number,
): FloatStatus {
  let at = start;
  let byte = at < end ? (bytes[at] as number) : 0;
  const isNegative = byte === 0x2d;
  if (isNegative || byte === 0x2b) byte = ++at < end ? (bytes[at] as number) : 0;
  // Once past 2^53 the mantissa is inexact and can only grow, so that one look at its end tells.
  let mantissa = 0;
  let digitCount = 0;
  let exponent = 0;
  while (byte >= 0x30 && byte <= 0x39) {
    mantissa = mantissa * 10 + (byte - 0x30);
    digitCount++;
    byte = ++at < end ? (bytes[at] as number) : 0;
  }
  if (byte === 0x2e) {
    byte = ++at < end ? (bytes[at] as number) : 0;
    const wholeCount = digitCount;
    while (byte >= 0x30 && byte <= 0x39) {
      mantissa = mantissa * 10 + (byte - 0x30);
      digitCount++;
      byte = ++at < end ? (bytes[at] as number) : 0;
    }
    exponent = wholeCount - digitCount;
  }
  if (digitCount === 0) return readName(bytes, start, end, column, row);
  if (byte === 0x65 || byte === 0x45) {
    byte = ++at < end ? (bytes[at] as number) : 0;
    const isBelow = byte === 0x2d;
    if (isBelow || byte === 0x2b) byte = ++at < end ? (bytes[at] as number) : 0;
    const powerStart = at;
    let power = 0;
    while (byte >= 0x30 && byte <= 0x39) {
      if (power < 100_000_000) power = power * 10 + (byte - 0x30);
      byte = ++at < end ? (bytes[at] as number) : 0;
    }
    if (at === powerStart) return failure(bytes, start, end);
    exponent += isBelow ? -power : power;
  }
  if (at !== end) return failure(bytes, start, end);
  if (mantissa > largestExact || exponent < -22 || exponent > 22) {
    return readLong(bytes, start, end, column, row);
  }
  // Both are exact, so that the one rounding of the product or quotient is the only one.
  const magnitude =
    exponent < 0
      ? mantissa / (powersOfTen[-exponent] as number)
      : mantissa * (powersOfTen[exponent] as number);
  column.values[row] = isNegative ? -magnitude : magnitude;
  return floatStatus.ok;
}

/** A number of the decimal grammar that has more digits, or a bigger exponent, than the short way can do. */
function readLong(
  bytes: Uint8Array,
  start: number,
  end: number,
  column: FloatColumn,
  row: number,
): FloatStatus {
  const value = Number(decodeAscii(bytes, start, end));
  column.values[row] = value;
  return Number.isFinite(value) ? floatStatus.ok : floatStatus.range;
}

function readName(
  bytes: Uint8Array,
  start: number,
  end: number,
  column: FloatColumn,
  row: number,
): FloatStatus {
  if (end - start > longestName) return failure(bytes, start, end);
  switch (decodeAscii(bytes, start, end).toLowerCase()) {
    case 'nan':
      setNormalNaNAt(column.words, row);
      return floatStatus.ok;
    case 'inf':
    case '+inf':
    case 'infinity':
    case '+infinity':
      column.values[row] = Number.POSITIVE_INFINITY;
      return floatStatus.ok;
    case '-inf':
    case '-infinity':
      column.values[row] = Number.NEGATIVE_INFINITY;
      return floatStatus.ok;
    default:
      return failure(bytes, start, end);
  }
}

/** Upstream looks for `p`, `P` and `_` before it reads. */
function failure(bytes: Uint8Array, start: number, end: number): FloatStatus {
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number;
    if (byte === 0x70 || byte === 0x50 || byte === 0x5f) return floatStatus.unsupported;
  }
  return floatStatus.syntax;
}
