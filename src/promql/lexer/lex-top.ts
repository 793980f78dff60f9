import { characterOf, isAlpha } from './characters.js';
import { quoteCharacter } from './cursor.js';
import { lexBlank } from './lex-blank.js';
import { lexDurationWord, lexRightParen, startsDurationWord } from './lex-bracket.js';
import type { LexMode, LexState } from './lex-mode.js';
import { lexRawString, lexString } from './lex-string.js';
import { lexWord } from './lex-word.js';
import { lexNumberOrDuration, startsNumber } from './scan-number.js';

/** An expression outside braces. Source: promql/parser/lex.go (lexStatements). */
export function lexTop(state: LexState): LexMode {
  if (state.histogram !== 'none') return 'histogram';
  if (state.braceOpen) return 'braces';
  const { cursor } = state;
  if (lexBlank(cursor)) return 'top';
  const point = cursor.next();
  if (startsNumber(cursor, point)) {
    cursor.backup();
    lexNumberOrDuration(cursor, state.inSeries);
    return 'top';
  }
  if (isAlpha(point) || point === 0x3a) return lexLetter(state, point);
  return lexSign(state, point);
}

function lexLetter(state: LexState, point: number): LexMode {
  const { cursor } = state;
  if (!state.bracketOpen) {
    cursor.backup();
    return lexWord(state);
  }
  if (point === 0x3a) {
    if (state.gotColon) cursor.fail(`unexpected colon ${quoteCharacter(point)}`);
    else cursor.emit(':');
    state.gotColon = true;
  } else if (!(startsDurationWord(point) && lexDurationWord(state))) {
    cursor.fail(`unexpected character: ${quoteCharacter(point)}, expected ':'`);
  }
  return 'top';
}

function lexSign(state: LexState, point: number): LexMode {
  const { cursor } = state;
  const character = characterOf(point);
  switch (character) {
    case '':
      lexEnd(state);
      break;
    case ',':
    case '*':
    case '/':
    case '%':
    case '+':
    case '-':
    case '^':
    case '@':
      cursor.emit(character);
      break;
    case '=':
    case '!':
    case '<':
    case '>':
      lexComparison(state, character);
      break;
    case '"':
    case "'":
      lexString(cursor, point);
      break;
    case '`':
      lexRawString(cursor);
      break;
    case '(':
      cursor.emit('(');
      state.parenDepth++;
      break;
    case ')':
      lexRightParen(state);
      break;
    case '{':
      cursor.emit('{');
      state.braceOpen = true;
      return 'braces';
    case '[':
      return lexLeftBracket(state);
    case ']':
      if (state.bracketOpen) cursor.emit(']');
      else cursor.fail(`unexpected right bracket ${quoteCharacter(point)}`);
      state.bracketOpen = false;
      break;
    default:
      cursor.fail(`unexpected character: ${quoteCharacter(point)}`);
  }
  return 'top';
}

function lexEnd({ cursor, parenDepth, bracketOpen }: LexState): void {
  if (parenDepth !== 0) cursor.fail('unclosed left parenthesis');
  else if (bracketOpen) cursor.fail('unclosed left bracket');
  else cursor.emit('eof');
}

function lexComparison({ cursor }: LexState, character: '=' | '!' | '<' | '>'): void {
  switch (character) {
    case '=':
      if (cursor.accept('=')) cursor.emit('==');
      else if (cursor.isAt('~')) cursor.fail(`unexpected character after '=': '~'`);
      else cursor.emit('=');
      break;
    case '!':
      if (cursor.accept('=')) cursor.emit('!=');
      else cursor.fail(`unexpected character after '!': ${quoteCharacter(cursor.next())}`);
      break;
    case '<':
      cursor.emit(cursor.accept('=') ? '<=' : cursor.accept('/') ? '</' : '<');
      break;
    case '>':
      cursor.emit(cursor.accept('=') ? '>=' : cursor.accept('/') ? '>/' : '>');
      break;
  }
}

function lexLeftBracket(state: LexState): LexMode {
  const { cursor } = state;
  if (state.bracketOpen) {
    cursor.fail(`unexpected left bracket '['`);
    return 'top';
  }
  state.gotColon = false;
  cursor.emit('[');
  cursor.skipSpaces();
  state.bracketOpen = true;
  return 'bracket';
}
