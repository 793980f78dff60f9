import type { ChalkInstance } from 'chalk';
import { CorruptionError, messageOf, type TextPlace, UserError } from '../base/index.js';
import { displayWidth, printable } from './display-text.js';

const frameContextLines = 2;
const frameWidth = 160;

/** The lines around a place, with a caret under it. Long lines are cut to a window around the column. */
export function renderCodeFrame(source: string, place: TextPlace, colour: ChalkInstance): string {
  const lines = source.split('\n');
  const first = Math.max(1, place.line - frameContextLines);
  const last = Math.min(lines.length, place.line + frameContextLines);
  const gutter = String(last).length;
  const column = Math.max(0, place.column - 1);
  const cut = Math.max(0, column + 1 - Math.floor(frameWidth / 2));
  const out: string[] = [];
  for (let number = first; number <= last; number++) {
    const line = (lines[number - 1] ?? '').replace(/\r$/, '').replaceAll('\t', ' ');
    const text = printable(line.slice(cut, cut + frameWidth));
    const marker = number === place.line ? colour.red('>') : ' ';
    out.push(`${marker} ${colour.dim(`${String(number).padStart(gutter)} |`)} ${text}`.trimEnd());
    if (number === place.line) {
      const before = displayWidth(text.slice(0, column - cut));
      out.push(`  ${' '.repeat(gutter)} ${colour.dim('|')} ${' '.repeat(before)}${colour.red('^')}`);
    }
  }
  return out.join('\n');
}

/** An error as the user sees it: what, where, and what to do next; for our own bugs, the stack. */
export function renderError(error: unknown, colour: ChalkInstance): string {
  const head = colour.red.bold('error:');
  if (error instanceof UserError) {
    const { source } = error;
    // A problem of the whole file has no place in it.
    const place = error.place && error.place.line > 0 ? error.place : undefined;
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
