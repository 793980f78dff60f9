import { quoteGo } from '../../base/index.js';
import { isAlphanumeric, isDigit } from './characters.js';
import type { Cursor } from './cursor.js';

const decimalDigits = '0123456789';
const hexDigits = '0123456789abcdefABCDEF';

/** Whether a character that was just read begins a number. */
export function startsNumber(cursor: Cursor, point: number): boolean {
  return isDigit(point) || (point === 0x2e && isDigit(cursor.peek()));
}

/**
 * Reads what looks like a number; whether it is one is the parser's to say. False leaves the cursor where the
 * text stopped to look like a number, which is where error messages end. Source: promql/parser/lex.go
 * (scanNumber).
 */
export function scanNumber(cursor: Cursor, inSeries: boolean): boolean {
  if (cursor.acceptPlainDigits()) return true;
  const start = cursor.index;
  let digits = decimalDigits;
  // `0x` in a series means: zero, repeated.
  if (!inSeries && cursor.accept('0') && cursor.accept('xX')) {
    cursor.accept('_');
    digits = hexDigits;
  }
  cursor.accept('.');
  cursor.accept(digits);
  if (!scanRest(cursor, digits)) return false;
  if (cursor.index === start) return false;
  const next = cursor.peek();
  return (inSeries && next === 0x78) || !isAlphanumeric(next);
}

function scanRest(cursor: Cursor, digits: string): boolean {
  let dotSeen = false;
  let exponentSeen = false;
  while (cursor.isAt(digits) || cursor.isAt('._eE')) {
    if (cursor.isAt('.') && dotSeen) return giveUpBehind(cursor, '.');
    // In hexadecimal, `e` is an exponent to this rule too: upstream counts it before it reads digits.
    if (cursor.isAt('eE') && exponentSeen) return giveUpBehind(cursor, 'eE');
    if (cursor.accept('.')) {
      dotSeen = true;
      if (cursor.accept('_.') || digits === hexDigits) return false;
    } else if (cursor.accept('eE')) {
      exponentSeen = true;
      cursor.accept('+-');
      if (cursor.accept('._eE') || cursor.atEnd) return false;
    } else if (cursor.accept('_')) {
      if (cursor.accept('._eE') || cursor.atEnd) return false;
    } else {
      while (cursor.accept(digits));
    }
  }
  return true;
}

function giveUpBehind(cursor: Cursor, characters: string): false {
  cursor.accept(characters);
  return false;
}

/**
 * Reads the units of a duration whose first number has been read. Order and doubles are the parser's to
 * judge.
 */
export function scanDurationUnits(cursor: Cursor): boolean {
  if (!cursor.accept('smhdwy')) return false;
  cursor.accept('s');
  while (cursor.accept(decimalDigits)) {
    while (cursor.accept(decimalDigits));
    if (!cursor.accept('smhdw')) return false;
    cursor.accept('s');
  }
  if (isAlphanumeric(cursor.next())) return false;
  cursor.backup();
  return true;
}

/** Emits a number or a duration. */
export function lexNumberOrDuration(cursor: Cursor, inSeries: boolean): void {
  if (scanNumber(cursor, inSeries)) cursor.emit('number');
  else if (scanDurationUnits(cursor)) cursor.emit('duration');
  else cursor.fail(`bad number or duration syntax: ${quoteGo(cursor.word)}`);
}

export function lexNumber(cursor: Cursor, inSeries: boolean): void {
  if (scanNumber(cursor, inSeries)) cursor.emit('number');
  else cursor.fail(`bad number syntax: ${quoteGo(cursor.word)}`);
}
