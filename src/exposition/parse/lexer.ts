import { byteClasses, isLabelByte, isLabelStart, isMetricByte, isMetricStart } from '../byte-classes.js';
import { type Token, token } from './token.js';

// Constants of the module itself: imported ones cost the lexers a tenth of their speed.
const lineFeed = 0x0a;
const quote = 0x22;
const comma = 0x2c;
const equal = 0x3d;
const backslash = 0x5c;
const closingBrace = 0x7d;

/** What the lexer is within; a token may begin in one line and end in another, so this lasts between lines. */
export const lexerState = {
  initial: 0,
  comment: 1,
  metaName: 2,
  metaText: 3,
  labels: 4,
  labelValue: 5,
  value: 6,
  timestamp: 7,
  exemplar: 8,
  exemplarValue: 9,
  exemplarTimestamp: 10,
} as const;

/** The states within one kind of braces, and whether a quoted name there may hold a line feed. */
export interface Braces {
  readonly within: number;
  readonly value: number;
  readonly behind: number;
  readonly mayHoldLineFeed: boolean;
}

export const labelBraces: Braces = {
  within: lexerState.labels,
  value: lexerState.labelValue,
  behind: lexerState.value,
  mayHoldLineFeed: true,
};

/**
 * What the lexers of both formats have in common. They follow upstream's generated automata byte for byte, since how
 * far a failed token has been read shows in the error text. `start` and `at` bound the current token; `at` is one of
 * the bytes that were looked at. Source: textparse/promlex.l, textparse/openmetricslex.l.
 */
export abstract class Lexer {
  readonly bytes: Uint8Array;
  /** Bytes to read, counting a line feed that the format adds behind the last. */
  readonly end: number;
  at = 0;
  start = 0;
  state: number = lexerState.initial;

  constructor(bytes: Uint8Array, end: number) {
    this.bytes = bytes;
    this.end = end;
  }

  abstract lex(): Token;

  byteAt(at: number): number {
    return at < this.bytes.length ? (this.bytes[at] as number) : lineFeed;
  }

  /** The next byte, or 0 behind the last. NUL bytes in label values, help texts and comments are passed over. */
  protected next(): number {
    this.at++;
    if (this.at >= this.end) return 0;
    let byte = this.byteAt(this.at);
    if (byte !== 0) return byte;
    const { state } = this;
    if (state === lexerState.labelValue || state === lexerState.metaText || state === lexerState.comment) {
      while (byte === 0) {
        this.at++;
        if (this.at >= this.end) return 0;
        byte = this.byteAt(this.at);
      }
    }
    return byte;
  }

  /** Goes on to the next line feed, over NUL bytes too, and says whether there is one. */
  protected passToLineFeed(): boolean {
    const found = this.bytes.indexOf(lineFeed, this.at);
    this.at = found < 0 ? this.bytes.length : found;
    return this.at < this.end;
  }

  /** Leaves the current byte and enters a state, the order in which it matters to `next`. */
  protected take(found: Token, state: number): Token {
    this.next();
    this.state = state;
    return found;
  }

  /** A quoted string whose opening quote is the current byte. */
  protected takeQuoted(found: Token, state: number, mayHoldLineFeed: boolean): Token {
    let byte = this.next();
    while (byte !== quote) {
      if (byte === 0 || (byte === lineFeed && !mayHoldLineFeed)) return token.invalid;
      if (byte === backslash) {
        byte = this.next();
        if (byte === 0 || byte === lineFeed) return token.invalid;
      }
      byte = this.next();
    }
    return this.take(found, state);
  }

  protected takeMetricName(state: number): Token {
    let byte = this.next();
    while (((byteClasses[byte] as number) & isMetricByte) !== 0) byte = this.next();
    this.state = state;
    return token.metricName;
  }

  protected takeLabelName(): Token {
    let byte = this.next();
    while (((byteClasses[byte] as number) & isLabelByte) !== 0) byte = this.next();
    return token.labelName;
  }

  /** The name behind HELP, TYPE or UNIT. */
  protected lexMetaName(byte: number): Token {
    if (byte === quote) return this.takeQuoted(token.metricName, lexerState.metaText, true);
    if (((byteClasses[byte] as number) & isMetricStart) === 0) return token.invalid;
    return this.takeMetricName(lexerState.metaText);
  }

  /** A token within braces, other than a value. */
  protected lexBraces(byte: number, braces: Braces): Token {
    if (((byteClasses[byte] as number) & isLabelStart) !== 0) return this.takeLabelName();
    switch (byte) {
      case quote:
        return this.takeQuoted(token.quotedString, braces.within, braces.mayHoldLineFeed);
      case closingBrace:
        return this.take(token.braceClose, braces.behind);
      case equal:
        return this.take(token.equal, braces.value);
      case comma:
        return this.take(token.comma, braces.within);
      default:
        return token.invalid;
    }
  }

  /** Whether the bytes behind the current one are `word`; the current byte is then its last, else the one that differs. */
  protected takeWord(word: string): boolean {
    let byte = this.next();
    for (let i = 0; i < word.length; i++) {
      if (byte !== word.charCodeAt(i)) return false;
      if (i < word.length - 1) byte = this.next();
    }
    return true;
  }
}
