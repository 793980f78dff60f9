import { quoteGo } from './quote.js';

/** Source: prometheus/common model/time.go. Units run from the biggest to the smallest, each at most once. */
const unitMs: ReadonlyMap<string, { readonly position: number; readonly ms: bigint }> = new Map([
  ['ms', { position: 7, ms: 1n }],
  ['s', { position: 6, ms: 1000n }],
  ['m', { position: 5, ms: 60_000n }],
  ['h', { position: 4, ms: 3_600_000n }],
  ['d', { position: 3, ms: 86_400_000n }],
  ['w', { position: 2, ms: 604_800_000n }],
  ['y', { position: 1, ms: 31_536_000_000n }],
]);

const maxNanoseconds = 2n ** 63n;
const nanosecondsInMs = 1_000_000n;

export type ParsedDuration =
  | { readonly ok: true; readonly ms: number }
  | { readonly ok: false; readonly error: string };

function failed(error: string): ParsedDuration {
  return { ok: false, error };
}

/** Milliseconds of `1h30m`, `5m`, `0`; errors are upstream's texts. Negative durations are none. */
export function parseDuration(text: string): ParsedDuration {
  if (text === '0') return { ok: true, ms: 0 };
  if (text === '') return failed('empty duration string');
  const invalid = failed(`not a valid duration string: ${quoteGo(text)}`);
  const part = /([0-9]+)([^0-9]+)/y;
  let total = 0n;
  let lastPosition = 0;
  while (part.lastIndex < text.length) {
    const found = part.exec(text);
    if (found === null) return invalid;
    const [, digits, name] = found as unknown as [string, string, string];
    const count = digits.replace(/^0+/, '');
    if (count.length > 20 || BigInt(count) >= 2n ** 64n) return invalid;
    const unit = unitMs.get(name);
    if (unit === undefined) return failed(`unknown unit ${quoteGo(name)} in duration ${quoteGo(text)}`);
    if (unit.position <= lastPosition) return invalid;
    lastPosition = unit.position;
    total += BigInt(count) * unit.ms * nanosecondsInMs;
    if (total >= maxNanoseconds) return failed('duration out of range');
  }
  return { ok: true, ms: Number(total / nanosecondsInMs) };
}

/** `1h30m`; years and weeks only where nothing remains; `0s` for less than a millisecond. */
export function formatDuration(durationMs: number): string {
  let ms = Math.trunc(Math.abs(durationMs));
  if (ms === 0) return '0s';
  let text = durationMs < 0 ? '-' : '';
  for (const [unit, unitLength, exact] of [
    ['y', 31_536_000_000, true],
    ['w', 604_800_000, true],
    ['d', 86_400_000, false],
    ['h', 3_600_000, false],
    ['m', 60_000, false],
    ['s', 1000, false],
    ['ms', 1, false],
  ] as const) {
    if (exact && ms % unitLength !== 0) continue;
    const count = Math.floor(ms / unitLength);
    if (count > 0) text += `${count}${unit}`;
    ms -= count * unitLength;
  }
  return text;
}

/** As `parseDuration`, with a sign before it allowed. */
export function parseSignedDuration(text: string): ParsedDuration {
  if (!text.startsWith('-')) return parseDuration(text);
  const parsed = parseDuration(text.slice(1));
  return parsed.ok && parsed.ms !== 0 ? { ok: true, ms: -parsed.ms } : parsed;
}

/** A text that is no duration; the message is upstream's. */
export class DurationError extends Error {
  override readonly name = 'DurationError';
}

/** As `parseDuration`, for who has nothing else to do than fail: throws `DurationError`. */
export function requireDuration(text: string): number {
  const parsed = parseDuration(text);
  if (!parsed.ok) throw new DurationError(parsed.error);
  return parsed.ms;
}
