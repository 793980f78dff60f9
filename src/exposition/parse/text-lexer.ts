import { byteClasses, isMetricStart, isTextValueByte } from '../byte-classes.js';
import { Lexer, labelBraces, lexerState } from './lexer.js';
import { type Token, token } from './token.js';

// Constants of the module itself: imported ones cost the lexers a tenth of their speed.
const tab = 0x09;
const lineFeed = 0x0a;
const space = 0x20;
const quote = 0x22;
const hash = 0x23;
const openingBrace = 0x7b;

const isSpace = (byte: number): boolean => byte === space || byte === tab;
const isDigit = (byte: number): boolean => byte >= 0x30 && byte <= 0x39;

/** Tokens of the text format 0.0.4 and 1.0.0; white space between tokens is left out. */
export class TextLexer extends Lexer {
  /** The page ends with a line feed, its own or one that is added. */
  constructor(bytes: Uint8Array) {
    super(bytes, bytes.length + 1);
  }

  override lex(): Token {
    for (;;) {
      if (this.at >= this.end) return token.endOfInput;
      this.start = this.at;
      const byte = this.byteAt(this.at);
      if (isSpace(byte) && this.state !== lexerState.metaText) {
        this.#passSpaces();
        continue;
      }
      const found = this.#lexState(byte);
      if (found !== token.whitespace) return found;
    }
  }

  #lexState(byte: number): Token {
    switch (this.state) {
      case lexerState.initial:
        return this.#lexInitial(byte);
      case lexerState.comment:
        return this.#lexComment(byte);
      case lexerState.metaName:
        return this.lexMetaName(byte);
      case lexerState.metaText:
        return this.#lexMetaText(byte);
      case lexerState.labels:
        return this.lexBraces(byte, labelBraces);
      case lexerState.labelValue:
        return byte === quote ? this.takeQuoted(token.labelValue, lexerState.labels, true) : token.invalid;
      case lexerState.value:
        return this.#lexValue(byte);
      default:
        return this.#lexTimestamp(byte);
    }
  }

  /** Returns the byte behind the white space at the current byte. */
  #passSpaces(): number {
    let byte = this.next();
    while (isSpace(byte)) byte = this.next();
    return byte;
  }

  #lexInitial(byte: number): Token {
    if (((byteClasses[byte] as number) & isMetricStart) !== 0) return this.takeMetricName(lexerState.value);
    switch (byte) {
      case hash: {
        if (!isSpace(this.next())) return this.#takeComment();
        const first = this.#passSpaces();
        this.state = lexerState.comment;
        return this.#lexComment(first);
      }
      case lineFeed:
        return this.take(token.linebreak, lexerState.initial);
      case 0:
        return this.take(token.endOfInput, lexerState.initial);
      case openingBrace:
        return this.take(token.braceOpen, lexerState.labels);
      default:
        return token.invalid;
    }
  }

  #lexComment(byte: number): Token {
    if (byte === 0x48 && this.takeWord('ELP') && isSpace(this.next())) return this.#takeMeta(token.help);
    if (byte === 0x54 && this.takeWord('YPE') && isSpace(this.next())) return this.#takeMeta(token.type);
    return this.#takeComment();
  }

  #takeMeta(found: Token): Token {
    this.#passSpaces();
    this.state = lexerState.metaName;
    return found;
  }

  /** Up to the line feed, which stays. Save behind `# `, a NUL byte ends the page, as upstream has it. */
  #takeComment(): Token {
    if (this.byteAt(this.at) !== 0 && this.state === lexerState.comment) this.passToLineFeed();
    else if (!this.#passSoundBytes()) return token.endOfInput;
    this.state = lexerState.initial;
    return token.comment;
  }

  /** Goes on to the next line feed, the page's own or the one that is added; false where a NUL byte comes first. */
  #passSoundBytes(): boolean {
    const { bytes, at } = this;
    if (at >= bytes.length) return true;
    const found = bytes.indexOf(lineFeed, at);
    const feed = found < 0 ? bytes.length : found;
    const nul = bytes.subarray(at, feed).indexOf(0);
    this.at = nul < 0 ? feed : at + nul;
    return nul < 0;
  }

  /** The text with the white space before it; white space alone is passed over. */
  #lexMetaText(first: number): Token {
    let byte = first;
    if (isSpace(byte)) {
      byte = this.#passSpaces();
      if (byte === 0 || byte === lineFeed) return token.whitespace;
    }
    if (byte !== 0) this.passToLineFeed();
    this.state = lexerState.initial;
    return token.text;
  }

  #lexValue(first: number): Token {
    if (first === openingBrace) return this.take(token.braceOpen, lexerState.labels);
    if (((byteClasses[first] as number) & isTextValueByte) === 0) return token.invalid;
    let byte = first;
    while (((byteClasses[byte] as number) & isTextValueByte) !== 0) byte = this.next();
    this.state = lexerState.timestamp;
    return token.value;
  }

  #lexTimestamp(first: number): Token {
    if (first === lineFeed) return this.take(token.linebreak, lexerState.initial);
    if (!isDigit(first)) return token.invalid;
    let byte = first;
    while (isDigit(byte)) byte = this.next();
    return token.timestamp;
  }
}
