import type { ChalkInstance } from 'chalk';
import { CorruptionError, messageOf, type TextPlace, UserError } from '../base/index.js';

const frameContextLines = 2;
const frameWidth = 160;

/** The lines around a place, with a caret under it. Long lines are cut to a window around the column. */
export function renderCodeFrame(source: string, place: TextPlace, colour: ChalkInstance): string {
  const lines = source.split('\n');
  const first = Math.max(1, place.line - frameContextLines);
  const last = Math.min(lines.length, place.line + frameContextLines);
  const gutter = String(last).length;
  const cut = Math.max(0, place.column - Math.floor(frameWidth / 2));
  const out: string[] = [];
  for (let number = first; number <= last; number++) {
    const text = (lines[number - 1] ?? '').replaceAll('\t', ' ').slice(cut, cut + frameWidth);
    const marker = number === place.line ? colour.red('>') : ' ';
    out.push(`${marker} ${colour.dim(`${String(number).padStart(gutter)} |`)} ${printable(text)}`.trimEnd());
    if (number === place.line) {
      out.push(
        `  ${' '.repeat(gutter)} ${colour.dim('|')} ${' '.repeat(place.column - 1 - cut)}${colour.red('^')}`,
      );
    }
  }
  return out.join('\n');
}

/** Terminal control characters must not reach the terminal from a file, a target or a query. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '\ufffd');
}

/** An error as the user sees it: what, where, and what to do next; for our own bugs, the stack. */
export function renderError(error: unknown, colour: ChalkInstance): string {
  const head = colour.red.bold('error:');
  if (error instanceof UserError) {
    const { place, source } = error;
    const at = place ? `${place.file ? `${place.file}:` : ''}${place.line}:${place.column}: ` : '';
    const parts = [`${head} ${printable(at + error.message)}`];
    if (place && source !== undefined) parts.push(renderCodeFrame(source, place, colour));
    for (const suggestion of error.suggestions)
      parts.push(`${colour.cyan('hint:')} ${printable(suggestion)}`);
    return parts.join('\n');
  }
  if (error instanceof CorruptionError) return `${head} ${printable(error.message)}`;
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    return `${head} ${printable(error.message)}`;
  }
  const stack = error instanceof Error ? (error.stack ?? error.message) : messageOf(error);
  return `${head} this is a bug in tsprom, please report it\n${stack}`;
}
