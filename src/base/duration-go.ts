/** Durations as Go's own flags and templates write them. Source: time.ParseDuration and Duration.String. */
import { encodeUtf8 } from './bytes.js';
import type { ParsedDuration } from './duration.js';

const unitNanoseconds: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1000n],
  ['\u00b5s', 1000n],
  ['\u03bcs', 1000n],
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

const limit = 2n ** 63n;

/** `1h30m`, `1.5h`, `-300ms`, `0`: milliseconds with a fraction, to the nanosecond. Errors are Go's texts. */
export function parseGoDuration(text: string): ParsedDuration {
  const failed = (problem: string): ParsedDuration => ({
    ok: false,
    error: `time: ${problem} ${quoteBytes(text)}`,
  });
  const isNegative = text.startsWith('-');
  const unsigned = /^[+-]/.test(text) ? text.slice(1) : text;
  if (unsigned === '0') return { ok: true, ms: 0 };
  if (unsigned === '') return failed('invalid duration');
  const part = /(\d*)(?:\.(\d*))?([^.\d]*)/y;
  let total = 0n;
  while (part.lastIndex < unsigned.length) {
    const [, whole = '', fraction = '', name = ''] = part.exec(unsigned) ?? [];
    if (whole + fraction === '' || isTooLong(whole)) return failed('invalid duration');
    if (name === '') return failed('missing unit in duration');
    const unit = unitNanoseconds.get(name);
    if (unit === undefined) return failed(`unknown unit ${quoteBytes(name)} in duration`);
    total += BigInt(whole) * unit + fractionOf(fraction, unit);
    if (total > limit) return failed('invalid duration');
  }
  if (total === limit && !isNegative) return failed('invalid duration');
  const ms = Number(total) / 1e6;
  return { ok: true, ms: isNegative && ms !== 0 ? -ms : ms };
}

function isTooLong(digits: string): boolean {
  const significant = digits.replace(/^0+/, '');
  return significant.length > 19 || BigInt(significant) > limit;
}

/** Cut to nanoseconds, in Go's double arithmetic; digits beyond what 63 bits hold are left out, as there. */
function fractionOf(digits: string, unit: bigint): bigint {
  let value = 0n;
  let scale = 1;
  for (const digit of digits.slice(0, 400)) {
    if (value > (limit - 1n) / 10n) break;
    const next = value * 10n + BigInt(digit);
    if (next > limit) break;
    value = next;
    scale *= 10;
  }
  return BigInt(Math.trunc(Number(value) * (Number(unit) / scale)));
}

function quoteBytes(text: string): string {
  let quoted = '"';
  for (const byte of encodeUtf8(text)) {
    if (byte >= 0x80 || byte < 0x20) quoted += `\\x${byte.toString(16).padStart(2, '0')}`;
    else
      quoted += byte === 0x22 || byte === 0x5c ? `\\${String.fromCharCode(byte)}` : String.fromCharCode(byte);
  }
  return `${quoted}"`;
}

/**
 * `1h30m0s`, `1.5s`, `300ms`, `1.5\u00b5s`, `0s` for milliseconds with a fraction, taken to the nanosecond.
 */
export function formatGoDuration(durationMs: number): string {
  const wholeMs = Math.trunc(Math.abs(durationMs));
  const nanoseconds =
    BigInt(wholeMs) * 1_000_000n + BigInt(Math.round((Math.abs(durationMs) - wholeMs) * 1e6));
  if (nanoseconds === 0n) return '0s';
  const sign = durationMs < 0 ? '-' : '';
  if (nanoseconds < 1000n) return `${sign}${nanoseconds}ns`;
  if (nanoseconds < 1_000_000n) return `${sign}${withFraction(nanoseconds, 3)}\u00b5s`;
  if (nanoseconds < 1_000_000_000n) return `${sign}${withFraction(nanoseconds, 6)}ms`;
  const minutes = nanoseconds / 60_000_000_000n;
  const seconds = `${withFraction(nanoseconds % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return sign + seconds;
  const hours = minutes / 60n;
  return `${sign}${hours > 0n ? `${hours}h` : ''}${minutes % 60n}m${seconds}`;
}

/** value / 10^places without zeros at the end. */
function withFraction(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0');
  const fraction = digits.slice(-places).replace(/0+$/, '');
  return `${digits.slice(0, -places)}${fraction === '' ? '' : `.${fraction}`}`;
}
