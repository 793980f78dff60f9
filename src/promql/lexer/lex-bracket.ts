import { characterOf, endOfText, isAlpha, isSpace } from './characters.js';
import { quoteCharacter } from './cursor.js';
import type { LexMode, LexState } from './lex-mode.js';
import { lexNumberOrDuration, startsNumber } from './scan-number.js';
import { durationWords } from './token.js';

/** The inside of a range's brackets up to and with its first number. Source: lex.go (lexDurationExpr). */
export function lexBracket(state: LexState): LexMode {
  const { cursor } = state;
  const point = cursor.next();
  if (isSpace(point)) {
    cursor.skipSpaces();
    return 'bracket';
  }
  if (startsNumber(cursor, point)) {
    cursor.backup();
    state.gotDuration = true;
    lexNumberOrDuration(cursor, state.inSeries);
    return 'top';
  }
  const character = characterOf(point);
  switch (character) {
    case '':
      cursor.fail('unexpected end of input in duration expression');
      break;
    case ']':
      cursor.emit(']');
      state.bracketOpen = false;
      state.gotColon = false;
      return 'top';
    case ':':
      lexColon(state);
      break;
    case '(':
      cursor.emit('(');
      state.parenDepth++;
      break;
    case ')':
      lexRightParen(state);
      break;
    case '+':
    case '-':
    case '*':
    case '/':
    case '%':
    case '^':
    case ',':
      cursor.emit(character);
      break;
    default:
      if (startsDurationWord(point) && lexDurationWord(state)) break;
      cursor.fail(`unexpected character in duration expression: ${quoteCharacter(point)}`);
  }
  return 'bracket';
}

function lexColon(state: LexState): void {
  const { cursor } = state;
  cursor.emit(':');
  if (!state.gotDuration) cursor.fail('unexpected colon before duration in duration expression');
  else if (state.gotColon) cursor.fail('unexpected repeated colon in duration expression');
  state.gotColon = true;
}

export function lexRightParen(state: LexState): void {
  state.cursor.emit(')');
  state.parenDepth--;
  if (state.parenDepth < 0) state.cursor.fail(`unexpected right parenthesis ')'`);
}

export function startsDurationWord(point: number): boolean {
  return point !== endOfText && 'srmSRM'.includes(String.fromCodePoint(point));
}

/**
 * Emits `step`, `range`, `min_of` or `max_of`, whose first letter has been read; false for any other word.
 */
export function lexDurationWord({ cursor }: LexState): boolean {
  while (isAlpha(cursor.peek())) cursor.next();
  const kind = durationWords.get(cursor.word.toLowerCase());
  if (kind === undefined) return false;
  cursor.emit(kind);
  return true;
}
