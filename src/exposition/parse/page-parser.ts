import { isUtf8 } from '../../base/index.js';
import { metricTypeOf } from '../metric-types.js';
import { type FloatColumn, floatColumn, floatStatus, readFloat } from '../read-float.js';
import { type Lexer, lexerState } from './lexer.js';
import { quoteBytes } from './quote-bytes.js';
import { type Token, token, tokenNames } from './token.js';

/** What `PageParser.next` has found. */
export const parsed = { end: 0, failed: 1, series: 2, type: 3, help: 4, unit: 5, comment: 6 } as const;
export type Parsed = (typeof parsed)[keyof typeof parsed];

/** Where a page is wrong, and upstream's words for it. */
export interface ParseFailure {
  readonly message: string;
  readonly offset: number;
}

/**
 * Reads a page entry by entry, exactly as upstream does; the fields describe the last entry, as byte ranges of the
 * page. It is the slow and complete reader: the scan comes here for whatever is no plain series line, and label
 * look-ups to learn the ranges of one series.
 */
export abstract class PageParser {
  readonly lexer: Lexer;
  /** Where the entry begins, white space before it included. */
  lineStart = 0;
  nameStart = -1;
  nameEnd = -1;
  textStart = 0;
  textEnd = 0;
  /** End of the series text. */
  seriesEnd = 0;
  /** Code of the last TYPE line, an index of `metricTypes`, or `noMetricType`. */
  metricType = 0;
  readonly value: FloatColumn = floatColumn(1);
  /** Milliseconds, NaN where the line has none. */
  timestamp = Number.NaN;
  /** Where the labels of the exemplar begin (behind the brace), or -1. */
  exemplarStart = -1;
  readonly exemplarValue: FloatColumn = floatColumn(1);
  exemplarTimestamp = Number.NaN;
  failure: ParseFailure | undefined;
  /** Start and end of each label's name, then of its value; kept only when asked for. */
  labelRanges: number[] | undefined;
  /** Whether labels may stand without a comma between them. */
  readonly #commasAreOptional: boolean;

  constructor(lexer: Lexer, options: { commasAreOptional: boolean }) {
    this.lexer = lexer;
    this.#commasAreOptional = options.commasAreOptional;
  }

  abstract next(): Parsed;

  /** Whether the next entry begins a line, and not within what the last one left over. */
  get isAtLineStart(): boolean {
    return this.lexer.state === lexerState.initial;
  }

  /** Finds the ranges of the series text that begins at `start`, which was read without fault before. */
  readSeries(start: number): readonly number[] {
    const ranges: number[] = [];
    this.labelRanges = ranges;
    this.lexer.at = start;
    this.lexer.state = lexerState.initial;
    this.beginEntry();
    this.parseSeries(this.lexer.lex());
    return ranges;
  }

  /** The ranges of exemplar labels that begin at `start`. */
  readExemplar(start: number): readonly number[] {
    const ranges: number[] = [];
    this.labelRanges = ranges;
    this.lexer.at = start;
    this.lexer.state = lexerState.exemplar;
    this.parseLabels(true);
    return ranges;
  }

  protected beginEntry(): void {
    this.lineStart = this.lexer.at;
    this.nameStart = -1;
    this.nameEnd = -1;
    this.exemplarStart = -1;
    this.exemplarTimestamp = Number.NaN;
    this.timestamp = Number.NaN;
  }

  protected fail(message: string, offset: number): Parsed {
    this.failure = { message, offset };
    return parsed.failed;
  }

  protected unexpected(expected: string, found: Token): Parsed {
    const { start, at, end, bytes } = this.lexer;
    const shownEnd = Math.min(end, at + 1);
    const got = `got ${quoteBytes(bytes, start, shownEnd)} ("${tokenNames[found]}")`;
    return this.fail(
      `${expected}, ${got} while parsing: ${quoteBytes(bytes, this.lineStart, shownEnd)}`,
      start,
    );
  }

  /** Fails with a message that ends with what was read of the entry. */
  protected failWhileParsing(problem: string, offset: number): Parsed {
    const snippet = quoteBytes(this.lexer.bytes, this.lineStart, this.lexer.at);
    return this.fail(`${problem} while parsing: ${snippet}`, offset);
  }

  /**
   * Name and labels, of which `found` is the first token. The answer is the token behind them, undefined after
   * a failure. White space before a name is part of it, in upstream as well.
   */
  protected parseSeries(found: Token): Token | undefined {
    const { lexer } = this;
    let next = found;
    if (next === token.metricName) {
      this.nameStart = this.lineStart;
      this.nameEnd = lexer.at;
      this.seriesEnd = lexer.at;
      next = lexer.lex();
    }
    if (next !== token.braceOpen) return next;
    if (!this.parseLabels(false)) return undefined;
    this.seriesEnd = lexer.at;
    return lexer.lex();
  }

  /** The name behind HELP, TYPE or UNIT; a quoted one keeps its escapes. False after a failure. */
  protected parseMetaName(keyword: Token): boolean {
    const found = this.lexer.lex();
    if (found !== token.metricName) {
      this.unexpected(`expected metric name after ${tokenNames[keyword]}`, found);
      return false;
    }
    const { start, at, bytes } = this.lexer;
    const isQuoted = bytes[start] === 0x22 && bytes[at - 1] === 0x22;
    this.nameStart = isQuoted ? start + 1 : start;
    this.nameEnd = isQuoted ? at - 1 : at;
    return true;
  }

  /** The text is the name of one of these types; false after a failure. */
  protected parseType(types: Parameters<typeof metricTypeOf>[0]): boolean {
    const { textStart, textEnd } = this;
    const { bytes } = this.lexer;
    const code = metricTypeOf(types, bytes, textStart, textEnd);
    if (code === undefined) {
      this.fail(`invalid metric type ${quoteBytes(bytes, textStart, textEnd)}`, textStart);
      return false;
    }
    this.metricType = code;
    return true;
  }

  /** Reads a float behind `skip` bytes of the current token; false after a failure. */
  protected parseFloat(column: FloatColumn, skip: number): boolean {
    const { bytes, start, at } = this.lexer;
    const status = readFloat(bytes, start + skip, at, column, 0);
    if (status === floatStatus.ok) return true;
    if (status === floatStatus.unsupported) {
      this.failWhileParsing('unsupported character in float', start + skip);
      return false;
    }
    const problem = status === floatStatus.range ? 'value out of range' : 'invalid syntax';
    const text = quoteBytes(bytes, start + skip, at);
    this.failWhileParsing(`strconv.ParseFloat: parsing ${text}: ${problem}`, start + skip);
    return false;
  }

  protected checkHelp(): boolean {
    const { bytes } = this.lexer;
    if (isUtf8(bytes, this.textStart, this.textEnd)) return true;
    const text = quoteBytes(bytes, this.textStart, this.textEnd);
    this.fail(`help text ${text} is not a valid utf8 string`, this.textStart);
    return false;
  }

  protected checkName(): boolean {
    if (this.nameStart !== -1) return true;
    this.failWhileParsing('metric name not set', this.lineStart);
    return false;
  }

  /** Reads up to the closing brace; false after a failure. A quoted string alone is the metric name. */
  protected parseLabels(isExemplar: boolean): boolean {
    const { lexer } = this;
    let found = lexer.lex();
    while (found !== token.braceClose) {
      const { start, at } = lexer;
      const isQuoted = found === token.quotedString;
      if (!isQuoted && found !== token.labelName) return this.#unexpectedLabel('expected label name', found);
      found = lexer.lex();
      if (isQuoted && (found === token.comma || found === token.braceClose)) {
        if (isExemplar) return this.#unexpectedLabel('expected label name', found);
        if (!this.#setQuotedName(start + 1, at - 1)) return false;
        if (found === token.comma) found = lexer.lex();
        continue;
      }
      if (isQuoted) this.labelRanges?.push(start + 1, at - 1);
      else this.labelRanges?.push(start, at);
      if (found !== token.equal) return this.#unexpectedLabel('expected equal', found);
      if (!this.#parseLabelValue()) return false;
      found = lexer.lex();
      if (found === token.comma) found = lexer.lex();
      else if (found !== token.braceClose && !this.#commasAreOptional) {
        return this.#unexpectedLabel('expected comma or brace close', found);
      }
    }
    return true;
  }

  #unexpectedLabel(expected: string, found: Token): boolean {
    this.unexpected(expected, found);
    return false;
  }

  #setQuotedName(start: number, end: number): boolean {
    if (this.nameStart !== -1) {
      this.failWhileParsing('metric name already set', start);
      return false;
    }
    this.nameStart = start;
    this.nameEnd = end;
    return true;
  }

  #parseLabelValue(): boolean {
    const { lexer } = this;
    const found = lexer.lex();
    if (found !== token.labelValue) return this.#unexpectedLabel('expected label value', found);
    const { bytes, start, at } = lexer;
    if (!isUtf8(bytes, start, Math.min(at, bytes.length))) {
      this.fail(`invalid UTF-8 label value: ${quoteBytes(bytes, start, at)}`, start);
      return false;
    }
    this.labelRanges?.push(start + 1, at - 1);
    return true;
  }
}
