import { endOfText } from './characters.js';
import type { Cursor } from './cursor.js';

/** Emits a comment, from its `#` to the end of the line. */
export function lexComment(cursor: Cursor): void {
  for (;;) {
    const point = cursor.peek();
    if (point === 0x0a || point === 0x0d || point === endOfText) break;
    cursor.next();
  }
  cursor.emit('comment');
}
