/** Parameters that several routes read, with upstream's error texts. Failures are thrown as `bad-data`. */
import { quoteGo } from '../../base/index.js';
import type { TimeWindow } from '../../storage/index.js';
import type { Form } from '../form.js';
import { badParameter } from './api-error.js';
import { parseRequestDuration, parseRequestTime, type RequestTime, storageTimeMs } from './go-time.js';

/** A required time. */
export function requiredTime(form: Form, name: string): RequestTime {
  const text = form.get(name);
  const time = parseRequestTime(text);
  if (time === undefined) throw badParameter(name, `cannot parse ${quoteGo(text)} to a valid timestamp`);
  return time;
}

export function optionalTime<T>(form: Form, name: string, absent: T): RequestTime | T {
  const text = form.get(name);
  if (text === '') return absent;
  const time = parseRequestTime(text);
  if (time !== undefined) return time;
  throw badParameter(
    name,
    `invalid time value for '${name}': cannot parse ${quoteGo(text)} to a valid timestamp`,
  );
}

/** `start` and `end`, all of time where unsaid. */
export function timeWindow(form: Form): TimeWindow {
  const start = optionalTime(form, 'start', 'min' as const);
  const end = optionalTime(form, 'end', 'max' as const);
  return { mintMs: storageTimeMs(start), maxtMs: storageTimeMs(end) };
}

/** The nanoseconds of a duration, or the text of upstream's error. */
export function durationOrError(text: string): bigint | string {
  const duration = parseRequestDuration(text);
  if (duration.ok) return duration.nanoseconds;
  const error = `cannot parse ${quoteGo(text)} to a valid duration`;
  return duration.overflow ? `${error}. It overflows int64` : error;
}

export function requiredDuration(form: Form, name: string): bigint {
  const duration = durationOrError(form.get(name));
  if (typeof duration === 'string') throw badParameter(name, duration);
  return duration;
}

/** `limit`; 0 is none. */
export function limitOf(form: Form): number {
  const text = form.get('limit');
  if (text === '') return 0;
  const limit = parseInteger(text);
  if (typeof limit === 'string') throw badParameter('limit', limit);
  if (limit < 0) throw badParameter('limit', 'limit must be non-negative');
  return limit;
}

/** strconv.Atoi: the number or its error. */
export function parseInteger(text: string): number | string {
  if (!/^[+-]?[0-9]+$/.test(text)) return `strconv.Atoi: parsing ${quoteGo(text)}: invalid syntax`;
  const value = Number(text);
  if (value < -(2 ** 63) || value >= 2 ** 63) {
    return `strconv.Atoi: parsing ${quoteGo(text)}: value out of range`;
  }
  return value;
}

/** What to ask the storage for: one more than the limit, to know whether something was cut. */
export function hintLimit(limit: number): number {
  return limit > 0 ? limit + 1 : 0;
}

export const truncatedWarning = 'results truncated due to limit';
