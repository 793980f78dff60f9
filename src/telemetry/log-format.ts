import { formatFloatShortest, formatRfc3339, quoteGo } from '../base/index.js';
import type { LogRecord, LogValue } from './log-record.js';

/** A line of Go's slog.TextHandler, with times in UTC and milliseconds. */
export function formatTextLine({ timeMs, level, message, fields }: LogRecord): string {
  const time = new Date(timeMs).toISOString();
  let line = `time=${time} level=${level.toUpperCase()} msg=${quoteIfNeeded(message)}`;
  for (const [name, value] of fields) {
    line += ` ${quoteIfNeeded(name)}=${quoteIfNeeded(textOf(value))}`;
  }
  return `${line}\n`;
}

/** A line of Go's slog.JSONHandler; a time's trailing zeros are cut, as RFC3339Nano does. */
export function formatJsonLine({ timeMs, level, message, fields }: LogRecord): string {
  const time = formatRfc3339(timeMs);
  let line = `{"time":"${time}","level":"${level.toUpperCase()}","msg":${jsonText(message)}`;
  for (const [name, value] of fields) line += `,${jsonText(name)}:${jsonValue(value)}`;
  return `${line}}\n`;
}

function textOf(value: LogValue): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '<nil>';
  if (typeof value === 'number') return Number.isInteger(value) ? String(value) : formatFloatShortest(value);
  if (value instanceof Error) return value.message;
  if (typeof value === 'object') return `[${value.join(' ')}]`;
  return String(value);
}

function jsonValue(value: LogValue): string {
  if (value === null || value === undefined) return 'null';
  if (typeof value === 'number')
    return Number.isFinite(value) ? JSON.stringify(value) : jsonText(textOf(value));
  if (typeof value === 'boolean' || typeof value === 'bigint') return String(value);
  if (value instanceof Error) return jsonText(value.message);
  if (typeof value === 'object') return `[${value.map(jsonText).join(',')}]`;
  return jsonText(value);
}

// White space, "=", the quote and what Go does not count as printable, save DEL.
const unsafeText = /["=\p{Z}]|(?!\x7f)\p{C}|^$/u;

function quoteIfNeeded(text: string): string {
  return unsafeText.test(text) ? quoteGo(text) : text;
}

const jsonDifferences: Readonly<Record<string, string>> = {
  '\\b': '\\u0008',
  '\\f': '\\u000c',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** Escapes come in pairs, so that a backslash that is data is passed over. */
function jsonText(text: string): string {
  return JSON.stringify(text.toWellFormed()).replace(
    /\\.|\u2028|\u2029/g,
    (found) => jsonDifferences[found] ?? found,
  );
}
