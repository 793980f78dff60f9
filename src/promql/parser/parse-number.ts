import { readGoFloat } from '../../base/index.js';

const integer = /^(?:0[xX](?:_?[0-9a-fA-F])+|0(?:_?[0-7])*|[1-9](?:_?[0-9])*)$/;
const maxInt64 = 2n ** 63n - 1n;

/** A number out of range is an error, and infinite. */
export type ParsedNumber =
  | { readonly ok: true; readonly value: number }
  | { readonly ok: false; readonly value: number; readonly error: string };

/**
 * The value of a number token. As Go's ParseInt with base 0, then ParseFloat: a leading zero means octal
 * where all digits allow it, underscores stand between digits. Errors are Go's.
 */
export function parseNumber(text: string): ParsedNumber {
  if (/^[1-9][0-9]{0,14}$/.test(text)) return { ok: true, value: Number(text) };
  const whole = parseInteger(text);
  return whole === undefined ? readGoFloat(text) : { ok: true, value: whole };
}

/** Undefined for what is no integer of 64 bits. */
function parseInteger(text: string): number | undefined {
  if (!integer.test(text)) return undefined;
  const digits = text.replaceAll('_', '');
  const isOctal = /^0[0-7]/.test(digits);
  const significant = digits.replace(/^0[xX]?0*/, '');
  // No more digits fit into 64 bits in any base; the check keeps long texts from BigInt.
  if (significant.length > 22) return undefined;
  const value = BigInt(isOctal ? `0o${digits.slice(1)}` : digits);
  return value > maxInt64 ? undefined : Number(value);
}
