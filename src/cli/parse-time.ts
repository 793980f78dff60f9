import { parseDuration, parseRfc3339, UserError } from '../base/index.js';

/** A moment given on the command line: RFC 3339, unix seconds, `now`, or relative to now (`-1h`). Milliseconds. */
export function parseTimeFlag(text: string, flag: string, nowMs: number): number {
  if (text === 'now') return nowMs;
  if (/^[+-]?\d+(\.\d+)?$/.test(text)) return Math.round(Number(text) * 1000);
  const relative = /^([+-])(.+)$/.exec(text);
  if (relative) {
    const length = parseDuration(relative[2] as string);
    if (length.ok) return relative[1] === '-' ? nowMs - length.ms : nowMs + length.ms;
  }
  const ms = parseRfc3339(text);
  if (ms !== undefined) return ms;
  throw new UserError({
    code: 'bad-time',
    message: `"${text}" is no time for --${flag}`,
    suggestions: ['give RFC 3339 (2026-01-31T12:00:00Z), unix seconds, or a time relative to now (-1h)'],
  });
}

/** A length of time given on the command line: a Prometheus duration or seconds. Milliseconds, above zero. */
export function parseStepFlag(text: string, flag: string): number {
  const seconds = Number(text);
  const parsed = parseDuration(text);
  const ms =
    text !== '' && Number.isFinite(seconds) ? Math.round(seconds * 1000) : parsed.ok ? parsed.ms : Number.NaN;
  if (ms > 0) return ms;
  throw new UserError({
    code: 'bad-duration',
    message: `"${text}" is no duration for --${flag}`,
    suggestions: ['give a Prometheus duration such as 30s, 5m, 1h30m, or seconds'],
  });
}
