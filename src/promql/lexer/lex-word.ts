import { isAlphanumeric } from './characters.js';
import type { LexMode, LexState } from './lex-mode.js';
import { wordKinds } from './token.js';

const colon = 0x3a;
const leftParen = 0x28;

/** Emits a keyword, an identifier or (with a colon) a metric identifier. */
export function lexWord({ cursor, inSeries }: LexState): LexMode {
  while (isAlphanumeric(cursor.peek()) || cursor.peek() === colon) cursor.next();
  const word = cursor.word;
  const kind = wordKinds.get(word.toLowerCase());
  // Metrics may be named `fill`: the modifiers are told from them by their parenthesis.
  const isFill = kind === 'fill' || kind === 'fill_left' || kind === 'fill_right';
  if (isFill && cursor.peekBehindSpaces() !== leftParen) cursor.emit('identifier');
  else if (kind !== undefined) cursor.emit(kind);
  else cursor.emit(word.includes(':') ? 'metric-identifier' : 'identifier');
  return inSeries && !cursor.isAt('{') ? 'values' : 'top';
}
