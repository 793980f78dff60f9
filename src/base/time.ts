import { DurationError, parseDuration } from './duration.js';
import { parseGoFloat } from './go-float-parse.js';
import { quoteGo } from './quote.js';

/** Go's zero time, 0001-01-01T00:00:00Z. */
export const zeroTimeMs = -62_135_596_800_000;

// Upstream's bounds of all time, whose years are too long for its parser, so it knows them by their texts.
const minTimeText = '-292273086-05-16T16:47:06Z';
const maxTimeText = '292277025-08-18T07:12:54.999999999Z';

const msInDay = 86_400_000;
const daysInEra = 146_097;
/** Days from 0000-03-01 to 1970-01-01. */
const epochDay = 719_468;

interface CivilDate {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

// Dates are computed here, as a JS Date ends at the year 275760. A year is counted from March, so that the
// leap day is its last.
function civilFromDays(days: number): CivilDate {
  const shifted = days + epochDay;
  const era = Math.floor(shifted / daysInEra);
  const dayOfEra = shifted - era * daysInEra;
  const leapDays = Math.floor(dayOfEra / 1460) - Math.floor(dayOfEra / 36_524);
  const yearOfEra = Math.floor((dayOfEra - leapDays - Math.floor(dayOfEra / 146_096)) / 365);
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthFromMarch = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthFromMarch + 2) / 5) + 1;
  const month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function daysFromCivil({ year, month, day }: CivilDate): number {
  const marchYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * daysInEra + dayOfEra - epochDay;
}

const two = (value: number): string => value.toString().padStart(2, '0');

/**
 * Go's RFC3339Nano in UTC: `2006-01-02T15:04:05.5Z`, without zeros at the end. A fraction of a millisecond
 * is left out; the infinities are upstream's bounds of time.
 */
export function formatRfc3339(timeMs: number): string {
  if (!Number.isFinite(timeMs)) return timeMs < 0 ? minTimeText : maxTimeText;
  const ms = Math.floor(timeMs);
  const days = Math.floor(ms / msInDay);
  const inDay = ms - days * msInDay;
  const { year, month, day } = civilFromDays(days);
  const yearText = `${year < 0 ? '-' : ''}${Math.abs(year).toString().padStart(4, '0')}`;
  const hour = Math.floor(inDay / 3_600_000);
  const minute = Math.floor(inDay / 60_000) % 60;
  const second = Math.floor(inDay / 1000) % 60;
  const fraction = (inDay % 1000).toString().padStart(3, '0').replace(/0+$/, '');
  const clock = `${two(hour)}:${two(minute)}:${two(second)}${fraction === '' ? '' : `.${fraction}`}`;
  return `${yearText}-${two(month)}-${two(day)}T${clock}Z`;
}

// Go's parser takes an hour of one digit, a comma, and any number of digits behind it.
const rfc3339 =
  /^(\d{4})-(\d{2})-(\d{2})T(\d{1,2}):(\d{2}):(\d{2})(?:[.,](\d+))?(?:Z|([+-])(\d{2}):(\d{2}))$/;

/** Milliseconds of an RFC 3339 time, rounded down; undefined for what Go's time.Parse refuses. */
export function parseRfc3339(text: string): number | undefined {
  const found = rfc3339.exec(text);
  if (found === null) return undefined;
  const numberAt = (group: number): number => Number(found[group] ?? '0');
  const date = { year: numberAt(1), month: numberAt(2), day: numberAt(3) };
  const hour = numberAt(4);
  const minute = numberAt(5);
  const second = numberAt(6);
  if (!isDate(date) || hour > 23 || minute > 59 || second > 59) return undefined;
  if (numberAt(9) > 24 || numberAt(10) > 60) return undefined;
  const offsetMinutes = (numberAt(9) * 60 + numberAt(10)) * (found[8] === '-' ? -1 : 1);
  const ms = Number((found[7] ?? '').slice(0, 3).padEnd(3, '0'));
  const minutes = daysFromCivil(date) * 1440 + hour * 60 + minute - offsetMinutes;
  return (minutes * 60 + second) * 1000 + ms;
}

function isDate({ year, month, day }: CivilDate): boolean {
  if (month < 1 || month > 12 || day < 1) return false;
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  const lastDay = month === 2 ? (isLeap ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31;
  return day <= lastDay;
}

/**
 * Milliseconds of a `time`, `start` or `end` parameter: seconds with a fraction, rounded to milliseconds
 * away from zero, or RFC 3339; upstream's bounds of time are infinities. Undefined when it is none of
 * these. Numbers that do not fit 64-bit seconds end where upstream's arithmetic takes them. Source:
 * web/api/v1/api.go parseTime.
 */
export function parseTimeParameter(text: string): number | undefined {
  const value = parseGoFloat(text);
  if (value !== undefined) return msOfSeconds(value);
  if (text === minTimeText) return Number.NEGATIVE_INFINITY;
  if (text === maxTimeText) return Number.POSITIVE_INFINITY;
  return parseRfc3339(text);
}

function msOfSeconds(value: number): number {
  // Go turns what does not fit into the smallest integer, whose product with 1000 wraps to 0.
  if (!(Math.abs(value) < 2 ** 63)) return 0;
  const seconds = Math.trunc(value);
  const fraction = value - seconds;
  const fractionMs = Math.sign(fraction) * Math.round(Math.abs(fraction) * 1000);
  if (Math.abs(seconds) < 2 ** 43) return seconds * 1000 + fractionMs;
  return Number(BigInt.asIntN(64, BigInt(seconds) * 1000n + BigInt(fractionMs)));
}

/**
 * Milliseconds, with a fraction, of a `step` or `timeout` parameter: seconds with a fraction or a Prometheus
 * duration. Throws `DurationError` with upstream's text. Source: web/api/v1/api.go parseDuration.
 */
export function parseDurationParameter(text: string): number {
  const seconds = parseGoFloat(text);
  if (seconds !== undefined) {
    const nanoseconds = seconds * 1e9;
    if (Math.abs(nanoseconds) > 2 ** 63) {
      throw new DurationError(`cannot parse ${quoteGo(text)} to a valid duration. It overflows int64`);
    }
    return Math.trunc(nanoseconds) / 1e6;
  }
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new DurationError(`cannot parse ${quoteGo(text)} to a valid duration`);
  return parsed.ms;
}
