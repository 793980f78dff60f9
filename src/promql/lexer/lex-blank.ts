import { endOfText, isSpace } from './characters.js';
import type { Cursor } from './cursor.js';

/** Passes white space, or emits a comment; false where neither comes next. */
export function lexBlank(cursor: Cursor): boolean {
  if (cursor.startsWith('#')) lexComment(cursor);
  else if (isSpace(cursor.peek())) cursor.skipSpaces();
  else return false;
  return true;
}

/** Emits a comment, from its `#` to the end of the line. */
function lexComment(cursor: Cursor): void {
  for (;;) {
    const point = cursor.peek();
    if (point === 0x0a || point === 0x0d || point === endOfText) break;
    cursor.next();
  }
  cursor.emit('comment');
}
