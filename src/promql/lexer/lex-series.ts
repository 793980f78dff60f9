/** Values of series descriptions: `1 2 3+1x4 _ stale {{schema:0 …}}x3`. Source: promql/parser/lex.go. */
import { quoteGo } from '../../base/index.js';
import { characterOf, endOfText, isAlpha, isDigit, isSpace } from './characters.js';
import { quoteCharacter } from './cursor.js';
import type { LexMode, LexState } from './lex-mode.js';
import { lexWord } from './lex-word.js';
import { lexNumber, startsNumber } from './scan-number.js';
import { histogramWords, resetHintWords, type TokenKind, wordKinds } from './token.js';

const signs: ReadonlyMap<string, TokenKind> = new Map([
  ['+', '+'],
  ['-', '-'],
  ['x', 'times'],
  ['_', 'blank'],
]);

export function lexValues(state: LexState): LexMode {
  if (state.histogram !== 'none') return 'histogram';
  const { cursor } = state;
  const point = cursor.next();
  if (point === endOfText) return 'top';
  const character = String.fromCodePoint(point);
  const sign = signs.get(character);
  if (character === '{' && cursor.peek() === 0x7b) {
    state.histogram = 'open';
    cursor.next();
    cursor.emit('{{');
    return 'histogram';
  }
  if (isSpace(point)) {
    cursor.emit('space');
    cursor.skipSpaces();
  } else if (sign !== undefined) {
    cursor.emit(sign);
  } else if (startsNumber(cursor, point)) {
    cursor.backup();
    lexNumber(cursor, state.inSeries);
  } else if (isAlpha(point)) {
    cursor.backup();
    return lexWord(state);
  } else {
    cursor.fail(`unexpected character in series sequence: ${quoteCharacter(point)}`);
  }
  return 'values';
}

const repetitionSigns = { times: 'times', add: '+', subtract: '-' } as const;

export function lexHistogram(state: LexState): LexMode {
  const { cursor, histogram } = state;
  if (histogram === 'times' || histogram === 'add' || histogram === 'subtract') {
    state.histogram = 'none';
    cursor.next();
    cursor.emit(repetitionSigns[histogram]);
    return 'values';
  }
  if (state.bracketOpen) return 'buckets';
  const point = cursor.next();
  const character = characterOf(point);
  if (isSpace(point)) {
    cursor.emit('space');
    cursor.skipSpaces();
  } else if (isAlpha(point)) {
    cursor.backup();
    lexHistogramWord(state);
  } else if (character === ':' || character === '-') {
    cursor.emit(character);
  } else if (isDigit(point)) {
    cursor.backup();
    lexNumber(cursor, state.inSeries);
  } else if (character === '[') {
    state.bracketOpen = true;
    cursor.emit('[');
    return 'buckets';
  } else if (character === '}' && cursor.peek() === 0x7d) {
    cursor.next();
    cursor.emit('}}');
    return behindHistogram(state);
  } else {
    cursor.fail(`histogram description incomplete unexpected: ${quoteCharacter(point)}`);
  }
  return 'histogram';
}

function behindHistogram(state: LexState): LexMode {
  const { cursor } = state;
  if (cursor.isAt('x')) state.histogram = 'times';
  else if (cursor.isAt('+')) state.histogram = 'add';
  else if (cursor.isAt('-')) state.histogram = 'subtract';
  else state.histogram = 'none';
  return state.histogram === 'none' ? 'values' : 'histogram';
}

function lexHistogramWord({ cursor }: LexState): void {
  while (isAlpha(cursor.peek())) cursor.next();
  const word = cursor.word.toLowerCase();
  const key = histogramWords.get(word);
  const hint = resetHintWords.get(word);
  if (key !== undefined) {
    if (cursor.isAt(':')) cursor.emit(key);
    else cursor.fail('missing `:` for histogram descriptor');
  } else if (wordKinds.get(word) === 'number') {
    cursor.emit('number');
  } else if (hint !== undefined) {
    cursor.emit(hint);
  } else {
    cursor.fail(`bad histogram descriptor found: ${quoteGo(cursor.word)}`);
  }
}

export function lexBuckets(state: LexState): LexMode {
  const { cursor } = state;
  const point = cursor.next();
  if (isSpace(point)) {
    cursor.emit('space');
    cursor.skipSpaces();
  } else if (point === 0x2d) {
    cursor.emit('-');
    return 'number';
  } else if (isDigit(point)) {
    cursor.backup();
    lexNumber(cursor, state.inSeries);
  } else if (point === 0x5d) {
    state.bracketOpen = false;
    cursor.emit(']');
    return 'histogram';
  } else if (isAlpha(point)) {
    if (wordKinds.get(cursor.word.toLowerCase()) === 'number') cursor.emit('number');
  } else {
    cursor.fail(`invalid character in buckets description: ${quoteCharacter(point)}`);
  }
  return 'buckets';
}
