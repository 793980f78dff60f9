import { quoteGo } from '../../base/index.js';
import { endOfText, isAlpha, isDigit, isSpace } from './characters.js';
import type { SourceText } from './source-text.js';
import type { Token, TokenKind } from './token.js';

/** Reads a text from left to right: a token is what lies between its start and the place reached. */
export class Cursor {
  readonly source: SourceText;
  readonly #text: string;
  #start = 0;
  #at = 0;
  #width = 0;
  #emitted: Token | undefined;
  #failed = false;

  constructor(source: SourceText) {
    this.source = source;
    this.#text = source.text;
  }

  /** The character read, or `endOfText`. */
  next(): number {
    const point = this.#text.codePointAt(this.#at);
    if (point === undefined) {
      this.#width = 0;
      return endOfText;
    }
    this.#width = point > 0xffff ? 2 : 1;
    this.#at += this.#width;
    return point;
  }

  peek(): number {
    return this.#text.codePointAt(this.#at) ?? endOfText;
  }

  /** Takes back the last `next`, once. */
  backup(): void {
    this.#at -= this.#width;
    this.#width = 0;
  }

  /** Reads the next character if it stands in `characters` (ASCII). */
  accept(characters: string): boolean {
    if (!this.isAt(characters)) return false;
    this.#at++;
    return true;
  }

  isAt(characters: string): boolean {
    const character = this.#text[this.#at];
    return character !== undefined && characters.includes(character);
  }

  /** Reads a whole number that ends here: no letter, underscore or dot follows. Else reads nothing. */
  acceptPlainDigits(): boolean {
    let at = this.#at;
    while (isDigit(this.#text.charCodeAt(at))) at++;
    const next = this.#text.charCodeAt(at);
    if (at === this.#at || next === 0x2e || isAlpha(next)) return false;
    this.#at = at;
    return true;
  }

  startsWith(prefix: string): boolean {
    return this.#text.startsWith(prefix, this.#at);
  }

  get atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  /** Index of the place reached, to tell whether anything was read. */
  get index(): number {
    return this.#at;
  }

  /** What was read since the token's start. */
  get word(): string {
    return this.#text.slice(this.#start, this.#at);
  }

  /** The first character from here on that is no white space. */
  peekBehindSpaces(): number {
    let at = this.#at;
    while (isSpace(this.#text.charCodeAt(at))) at++;
    return this.#text.codePointAt(at) ?? endOfText;
  }

  /** Drops what was read. */
  ignore(): void {
    this.#start = this.#at;
  }

  skipSpaces(): void {
    while (isSpace(this.peek())) this.#at++;
    this.ignore();
  }

  emit(kind: TokenKind): void {
    const start = this.source.byteOffset(this.#start);
    this.#emitted = { kind, text: this.word, start, end: this.source.byteOffset(this.#at) };
    this.#start = this.#at;
  }

  /** Ends the scan with an error token, which takes the place of a token emitted in the same step. */
  fail(message: string): void {
    const start = this.source.byteOffset(this.#start);
    this.#emitted = { kind: 'error', text: message, start, end: this.source.byteLength };
    this.#failed = true;
  }

  get failed(): boolean {
    return this.#failed;
  }

  /** The token emitted since the last call. */
  take(): Token | undefined {
    const token = this.#emitted;
    this.#emitted = undefined;
    return token;
  }
}

/** A character in single quotes, as Go's %q prints runes. */
export function quoteCharacter(point: number): string {
  const character = point === endOfText ? '\ufffd' : String.fromCodePoint(point);
  if (character === '"') return `'"'`;
  if (character === "'") return `'\\''`;
  return `'${quoteGo(character).slice(1, -1)}'`;
}

/** `U+0063 'c'`, as Go's %#U; what is not printable has its number alone. */
export function describeCodePoint(point: number): string {
  const character = String.fromCodePoint(point);
  const number = `U+${point.toString(16).toUpperCase().padStart(4, '0')}`;
  const printable = '"\\'.includes(character) || quoteGo(character) === `"${character}"`;
  return printable ? `${number} '${character}'` : number;
}
