import { characterOf, isAlpha, isAlphanumeric } from './characters.js';
import { quoteCharacter } from './cursor.js';
import { lexBlank } from './lex-blank.js';
import type { LexMode, LexState } from './lex-mode.js';
import { lexRawString, lexString } from './lex-string.js';

/** The inside of a selector's braces, where keywords are identifiers. */
export function lexBraces(state: LexState): LexMode {
  const { cursor } = state;
  if (lexBlank(cursor)) return 'braces';
  const point = cursor.next();
  if (isAlpha(point)) {
    while (isAlphanumeric(cursor.peek())) cursor.next();
    cursor.emit('identifier');
    return 'braces';
  }
  switch (characterOf(point)) {
    case '':
      cursor.fail('unexpected end of input inside braces');
      break;
    case ',':
      cursor.emit(',');
      break;
    case '"':
    case "'":
      lexString(cursor, point);
      break;
    case '`':
      lexRawString(cursor);
      break;
    case '=':
      cursor.emit(cursor.accept('~') ? '=~' : '=');
      break;
    case '!':
      lexNegation(state);
      break;
    case '{':
      cursor.fail(`unexpected left brace ${quoteCharacter(point)}`);
      break;
    case '}':
      cursor.emit('}');
      state.braceOpen = false;
      return state.inSeries ? 'values' : 'top';
    default:
      cursor.fail(`unexpected character inside braces: ${quoteCharacter(point)}`);
  }
  return 'braces';
}

function lexNegation({ cursor }: LexState): void {
  if (cursor.accept('~')) cursor.emit('!~');
  else if (cursor.accept('=')) cursor.emit('!=');
  else cursor.fail(`unexpected character after '!' inside braces: ${quoteCharacter(cursor.next())}`);
}
