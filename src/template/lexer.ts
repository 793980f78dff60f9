import { quoteGo } from '../base/index.js';
import { keywords, type Token, type TokenKind } from './token.js';

const space = /[ \t\r\n]/;
const wordCharacter = /[\p{L}\p{Nd}_]/u;
const trailingSpace = /[ \t\r\n]*$/;
const leadingSpace = /^[ \t\r\n]*/;

/** Takes a template apart. Source: Go, text/template/parse/lex.go. */
export class Lexer {
  readonly #text: string;
  #at = 0;
  #start = 0;
  #line = 1;
  #startLine = 1;
  #isInAction = false;
  #depth = 0;
  #failed: Token | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /** Behind an error, and behind the end, the same again. */
  next(): Token {
    if (this.#failed !== undefined) return this.#failed;
    const token = this.#isInAction ? this.#inAction() : this.#outside();
    if (token.kind === 'error') this.#failed = { kind: 'end-of-text', text: 'EOF', line: token.line };
    return token;
  }

  #take(kind: TokenKind): Token {
    const text = this.#text.slice(this.#start, this.#at);
    const token = { kind, text, line: this.#startLine };
    if (kind !== 'text') this.#countLines(text);
    this.#start = this.#at;
    this.#startLine = this.#line;
    return token;
  }

  #countLines(text: string): void {
    this.#line += text.split('\n').length - 1;
  }

  #skip(to: number): void {
    this.#countLines(this.#text.slice(this.#start, to));
    this.#at = to;
    this.#start = to;
    this.#startLine = this.#line;
  }

  #fail(text: string): Token {
    return { kind: 'error', text, line: this.#startLine };
  }

  #startsWith(text: string, at = this.#at): boolean {
    return this.#text.startsWith(text, at);
  }

  #outside(): Token {
    const found = this.#text.indexOf('{{', this.#at);
    if (found < 0) {
      this.#at = this.#text.length;
      if (this.#at === this.#start) return this.#take('end-of-text');
      this.#countLines(this.#text.slice(this.#start));
      return this.#take('text');
    }
    const trims = /^- |^-[\t\r\n]/.test(this.#text.slice(found + 2, found + 4));
    const before = this.#text.slice(this.#start, found);
    const kept = trims ? before.replace(trailingSpace, '') : before;
    if (kept !== '') {
      this.#at += kept.length;
      this.#countLines(kept);
      return this.#take('text');
    }
    this.#skip(found);
    return this.#leftDelimiter(trims);
  }

  #leftDelimiter(trims: boolean): Token {
    const behind = this.#at + 2 + (trims ? 2 : 0);
    if (this.#startsWith('/*', behind)) return this.#comment(behind);
    this.#at += 2;
    const token = this.#take('left-delimiter');
    this.#isInAction = true;
    this.#skip(behind);
    this.#depth = 0;
    return token;
  }

  #comment(from: number): Token {
    this.#skip(from);
    const end = this.#text.indexOf('*/', from + 2);
    if (end < 0) return this.#fail('unclosed comment');
    this.#at = end + 2;
    const delimiter = this.#rightDelimiter();
    if (delimiter === undefined) return this.#fail('comment ends before closing delimiter');
    this.#skip(this.#at + (delimiter === 'trimmed' ? 2 : 0) + 2);
    if (delimiter === 'trimmed') this.#skipSpace();
    return this.#outside();
  }

  #skipSpace(): void {
    const [spaces = ''] = leadingSpace.exec(this.#text.slice(this.#at)) ?? [];
    this.#skip(this.#at + spaces.length);
  }

  #rightDelimiter(): 'trimmed' | 'plain' | undefined {
    if (/^[ \t\r\n]-\}\}/.test(this.#text.slice(this.#at, this.#at + 4))) return 'trimmed';
    return this.#startsWith('}}') ? 'plain' : undefined;
  }

  #close(delimiter: 'trimmed' | 'plain'): Token {
    if (delimiter === 'trimmed') this.#skip(this.#at + 2);
    this.#at += 2;
    const token = this.#take('right-delimiter');
    if (delimiter === 'trimmed') this.#skipSpace();
    this.#isInAction = false;
    return token;
  }

  /** The character at hand, "" at the end. */
  #peek(): string {
    const point = this.#text.codePointAt(this.#at);
    return point === undefined ? '' : String.fromCodePoint(point);
  }

  #inAction(): Token {
    const delimiter = this.#rightDelimiter();
    if (delimiter !== undefined)
      return this.#depth === 0 ? this.#close(delimiter) : this.#fail('unclosed left paren');
    const first = this.#peek();
    if (first === '') return this.#fail('unclosed action');
    if (space.test(first)) return this.#space();
    const isNumber = /^(?:[0-9+-]|\.[0-9])/.test(this.#text.slice(this.#at, this.#at + 2));
    if (isNumber) return this.#number();
    if (first === '.' || first === '$') return this.#fieldOrVariable(first);
    if (wordCharacter.test(first)) return this.#word();
    this.#at += first.length;
    return this.#punctuation(first);
  }

  #punctuation(first: string): Token {
    switch (first) {
      case '=':
        return this.#take('assign');
      case ':':
        if (!this.#startsWith('=')) return this.#fail('expected :=');
        this.#at++;
        return this.#take('declare');
      case '|':
        return this.#take('pipe');
      case '"':
        return this.#quoted('"', 'string', 'unterminated quoted string');
      case "'":
        return this.#quoted("'", 'character', 'unterminated character constant');
      case '`':
        return this.#rawString();
      case '(':
        this.#depth++;
        return this.#take('left-parenthesis');
      case ')':
        return --this.#depth < 0 ? this.#fail('unexpected right paren') : this.#take('right-parenthesis');
      default:
        if (/^[!-~]$/.test(first)) return this.#take('char');
        return this.#fail(`unrecognized character in action: ${nameOf(first)}`);
    }
  }

  /** Spaces; or the end of the action, where one of them belongs to it. */
  #space(): Token {
    let count = 0;
    while (space.test(this.#peek())) {
      this.#at++;
      count++;
    }
    this.#at--;
    if (this.#rightDelimiter() === 'trimmed')
      return count === 1 ? this.#close('trimmed') : this.#take('space');
    this.#at++;
    return this.#take('space');
  }

  #word(): Token {
    while (wordCharacter.test(this.#peek())) this.#at += this.#peek().length;
    if (!this.#isAtTerminator()) return this.#fail(`bad character ${nameOf(this.#peek())}`);
    const word = this.#text.slice(this.#start, this.#at);
    if (word === 'true' || word === 'false') return this.#take('bool');
    if (word === 'nil') return this.#take('nil');
    return this.#take(keywords.has(word) ? 'keyword' : 'identifier');
  }

  #fieldOrVariable(first: string): Token {
    this.#at++;
    const isVariable = first === '$';
    if (this.#isAtTerminator()) return this.#take(isVariable ? 'variable' : 'dot');
    while (wordCharacter.test(this.#peek())) this.#at += this.#peek().length;
    if (!this.#isAtTerminator()) return this.#fail(`bad character ${nameOf(this.#peek())}`);
    return this.#take(isVariable ? 'variable' : 'field');
  }

  #isAtTerminator(): boolean {
    return /^$|^[ \t\r\n.,|:)(]/.test(this.#peek()) || this.#startsWith('}}');
  }

  #number(): Token {
    const bad = (): Token =>
      this.#fail(`bad number syntax: ${quoteGo(this.#text.slice(this.#start, this.#at))}`);
    if (!this.#scanNumber()) return bad();
    if (!/^[+-]/.test(this.#peek())) return this.#take('number');
    if (!this.#scanNumber() || this.#text[this.#at - 1] !== 'i') return bad();
    return this.#take('complex');
  }

  #scanNumber(): boolean {
    const form =
      /^[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?/;
    this.#at += (form.exec(this.#text.slice(this.#at))?.[0] ?? '').length;
    const next = this.#peek();
    if (!wordCharacter.test(next)) return true;
    this.#at += next.length;
    return false;
  }

  #quoted(quote: string, kind: TokenKind, unterminated: string): Token {
    for (;;) {
      let character = this.#peek();
      this.#at += character.length;
      const isEscaped = character === '\\';
      if (isEscaped) {
        character = this.#peek();
        this.#at += character.length;
      }
      if (character === '' || character === '\n') return this.#fail(unterminated);
      if (character === quote && !isEscaped) return this.#take(kind);
    }
  }

  #rawString(): Token {
    const end = this.#text.indexOf('`', this.#at);
    if (end < 0) return this.#fail('unterminated raw quoted string');
    this.#at = end + 1;
    return this.#take('raw-string');
  }
}

/** `U+0040 '@'`, as Go's `%#U`. */
function nameOf(character: string): string {
  const point = character.codePointAt(0);
  if (point === undefined) return 'U+FFFFFFFFFFFFFFFF';
  const hex = point.toString(16).toUpperCase().padStart(4, '0');
  return quoteGo(character).startsWith('"\\') && character !== '\\' && character !== '"'
    ? `U+${hex}`
    : `U+${hex} '${character}'`;
}
