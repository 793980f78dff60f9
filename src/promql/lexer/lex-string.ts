import { endOfText } from './characters.js';
import { type Cursor, describeCodePoint } from './cursor.js';

const replacementCharacter = 0xfffd;
const newline = 0x0a;
const backslash = 0x5c;
const backquote = 0x60;
const maxCodePoint = 0x10ffff;

/**
 * Emits a quoted string whose opening quote has been read. Source: promql/parser/lex.go (lexString,
 * lexEscape).
 */
export function lexString(cursor: Cursor, quote: number): void {
  const problem = scanString(cursor, quote);
  if (problem === undefined) cursor.emit('string');
  else cursor.fail(problem);
}

/** Emits a string in backquotes, in which nothing is escaped. */
export function lexRawString(cursor: Cursor): void {
  const problem = scanRawString(cursor);
  if (problem === undefined) cursor.emit('string');
  else cursor.fail(problem);
}

/** Reads up to and with the closing quote; the answer is what is wrong. */
function scanString(cursor: Cursor, quote: number): string | undefined {
  for (;;) {
    const point = cursor.next();
    if (point === quote) return undefined;
    if (point === endOfText || point === newline) return 'unterminated quoted string';
    if (isInvalid(point)) return 'invalid UTF-8 rune';
    const problem = point === backslash ? scanEscape(cursor, quote) : undefined;
    if (problem !== undefined) return problem;
  }
}

function scanRawString(cursor: Cursor): string | undefined {
  for (;;) {
    const point = cursor.next();
    if (point === backquote) return undefined;
    if (point === endOfText) return 'unterminated raw string';
    if (isInvalid(point)) return 'invalid UTF-8 rune';
  }
}

/** Upstream cannot tell U+FFFD from a decoding error. */
function isInvalid(point: number): boolean {
  return point === replacementCharacter || (point >= 0xd800 && point < 0xe000);
}

interface NumericEscape {
  readonly digits: number;
  readonly base: number;
  readonly max: number;
}

/** Reads what follows a backslash; the answer is what is wrong with it. */
function scanEscape(cursor: Cursor, quote: number): string | undefined {
  const point = cursor.next();
  if (point === endOfText) return 'escape sequence not terminated';
  const character = String.fromCodePoint(point);
  if (point === quote || 'abfnrtv\\'.includes(character)) return undefined;
  switch (character) {
    case 'x':
      return scanNumericEscape(cursor, cursor.next(), { digits: 2, base: 16, max: 255 });
    case 'u':
      return scanNumericEscape(cursor, cursor.next(), { digits: 4, base: 16, max: maxCodePoint });
    case 'U':
      return scanNumericEscape(cursor, cursor.next(), { digits: 8, base: 16, max: maxCodePoint });
  }
  if ('01234567'.includes(character)) {
    return scanNumericEscape(cursor, point, { digits: 3, base: 8, max: 255 });
  }
  return `unknown escape sequence ${describeCodePoint(point)}`;
}

function scanNumericEscape(cursor: Cursor, first: number, form: NumericEscape): string | undefined {
  let value = 0;
  let point = first;
  for (let read = 0; read < form.digits; read++) {
    if (read > 0) point = cursor.next();
    if (point === endOfText) return 'escape sequence not terminated';
    const digit = digitValue(point);
    if (digit >= form.base) return `illegal character ${describeCodePoint(point)} in escape sequence`;
    value = value * form.base + digit;
  }
  const surrogate = value >= 0xd800 && value < 0xe000;
  return value > form.max || surrogate ? 'escape sequence is an invalid Unicode code point' : undefined;
}

/** 16 for what is no digit. */
function digitValue(point: number): number {
  if (point >= 0x30 && point <= 0x39) return point - 0x30;
  if (point >= 0x61 && point <= 0x66) return point - 0x61 + 10;
  if (point >= 0x41 && point <= 0x46) return point - 0x41 + 10;
  return 16;
}
