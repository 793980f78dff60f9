/**
 * Times and durations of requests, as Go reads them (web/api/v1 parseTime, parseDuration). Nanoseconds are
 * bigints, since upstream's arithmetic wraps at 64 bits and answers depend on it.
 */
import { parseDuration as parsePrometheusDuration } from '../../base/index.js';

const minInt64 = -(2n ** 63n);
const nanosecondsPerSecond = 1_000_000_000n;
const nanosecondsPerMs = 1_000_000n;

/**
 * A point in time: nanoseconds since the epoch, without bounds; or the end of all time, in either direction.
 */
export type RequestTime = bigint | 'min' | 'max';

// Years beyond 9999 do not parse; upstream knows its own bounds by their text.
const minTimeText = '-292273086-05-16T16:47:06Z';
const maxTimeText = '292277025-08-18T07:12:54.999999999Z';

/** Undefined when the text is no time. */
export function parseRequestTime(text: string): RequestTime | undefined {
  const seconds = parseGoFloat(text);
  if (seconds !== undefined) return timeOfSeconds(seconds);
  if (text === minTimeText) return 'min';
  if (text === maxTimeText) return 'max';
  return parseRfc3339(text);
}

function timeOfSeconds(value: number): bigint {
  const seconds = Math.trunc(value);
  const fraction = Number.isFinite(value) ? value - seconds : Number.NaN;
  const rounded = (Math.sign(fraction) * Math.round(Math.abs(fraction) * 1000)) / 1000;
  return toInt64(seconds) * nanosecondsPerSecond + toInt64(rounded * 1e9);
}

/** Go's conversion of a float on amd64: what does not fit becomes the smallest integer. */
function toInt64(value: number): bigint {
  if (!(value >= -(2 ** 63) && value < 2 ** 63)) return minInt64;
  return BigInt(Math.trunc(value));
}

/** Milliseconds for queries: time.UnixNano wraps, then the rest is cut towards zero. */
export function queryTimeMs(time: RequestTime): number {
  if (time === 'min') return Number(minInt64 / nanosecondsPerMs);
  if (time === 'max') return Number((2n ** 63n - 1n) / nanosecondsPerMs);
  return Number(BigInt.asIntN(64, time) / nanosecondsPerMs);
}

/** Milliseconds for windows of storage; the ends of time are infinities. */
export function storageTimeMs(time: RequestTime): number {
  if (time === 'min') return Number.NEGATIVE_INFINITY;
  if (time === 'max') return Number.POSITIVE_INFINITY;
  const remainder = time % nanosecondsPerMs;
  return Number(BigInt.asIntN(64, time / nanosecondsPerMs - (remainder < 0n ? 1n : 0n)));
}

export function isBefore(a: RequestTime, b: RequestTime): boolean {
  if (a === b) return false;
  if (a === 'min' || b === 'max') return true;
  if (a === 'max' || b === 'min') return false;
  return a < b;
}

/** `b - a` in nanoseconds, at most Go's longest duration. */
export function nanosecondsBetween(a: RequestTime, b: RequestTime): bigint {
  const longest = 2n ** 63n - 1n;
  if (typeof a === 'string' || typeof b === 'string') return a === b ? 0n : longest;
  return b - a > longest ? longest : b - a;
}

export type RequestDuration =
  | { readonly ok: true; readonly nanoseconds: bigint }
  | { readonly ok: false; readonly overflow: boolean };

/** Float seconds, else a Prometheus duration. */
export function parseRequestDuration(text: string): RequestDuration {
  const seconds = parseGoFloat(text);
  if (seconds !== undefined) {
    const nanoseconds = seconds * 1e9;
    if (nanoseconds > 2 ** 63 || nanoseconds < -(2 ** 63)) return { ok: false, overflow: true };
    return { ok: true, nanoseconds: toInt64(nanoseconds) };
  }
  const parsed = parsePrometheusDuration(text);
  if (!parsed.ok) return { ok: false, overflow: false };
  return { ok: true, nanoseconds: BigInt(parsed.ms) * nanosecondsPerMs };
}

// No part of these can match a character in two ways: they are linear on hostile texts.
const decimalFloat = /^[+-]?(?:[0-9][0-9_]*(?:\.[0-9_]*)?|\.[0-9][0-9_]*)(?:e[+-]?[0-9][0-9_]*)?$/i;
const strayUnderscore = /(?:^|[^0-9])_|_(?:[^0-9]|$)/;
const hexFloat = /^([+-]?)0x_?([0-9a-f]*)(?:\.([0-9a-f]*))?p([+-]?[0-9]+)$/i;
const specialFloat = /^([+-]?)(inf|infinity|nan)$/i;

/** strconv.ParseFloat; undefined when it fails, overflow included. */
export function parseGoFloat(text: string): number | undefined {
  if (decimalFloat.test(text) && !strayUnderscore.test(text)) {
    const value = Number(text.replaceAll('_', ''));
    return Number.isFinite(value) ? value : undefined;
  }
  const special = specialFloat.exec(text);
  if (special) {
    if ((special[2] as string).toLowerCase() === 'nan') return special[1] === '' ? Number.NaN : undefined;
    return special[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
  }
  const [, sign, whole = '', fraction = '', power] = hexFloat.exec(text) ?? [];
  const digits = whole + fraction;
  if (digits === '' || digits.length > 400) return undefined;
  const value = Number(BigInt(`0x${digits}`)) * 2 ** (Number(power) - 4 * fraction.length);
  return Number.isFinite(value) ? (sign === '-' ? -value : value) : undefined;
}

const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

function parseRfc3339(text: string): bigint | undefined {
  const found = rfc3339.exec(text);
  if (found === null) return undefined;
  const [year, month, day, hour, minute, second] = found.slice(1, 7).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const offsetHours = Number(found[9] ?? 0);
  const offsetMinutes = Number(found[10] ?? 0);
  if (hour > 23 || minute > 59 || second > 59 || offsetHours > 24 || offsetMinutes > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // A day or month that does not exist rolls over.
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const sign = found[8] === '-' ? -1 : 1;
  const offsetSeconds = sign * (offsetHours * 3600 + offsetMinutes * 60);
  const seconds = date.getTime() / 1000 + hour * 3600 + minute * 60 + second - offsetSeconds;
  const nanoseconds = (found[7] ?? '').slice(0, 9).padEnd(9, '0');
  return BigInt(seconds) * nanosecondsPerSecond + BigInt(nanoseconds);
}
