import { decodeUtf8Loose } from '../../base/index.js';
import { textTypes } from '../metric-types.js';
import { PageParser, type Parsed, parsed } from './page-parser.js';
import { quoteBytes } from './quote-bytes.js';
import { TextLexer } from './text-lexer.js';
import { type Token, token, tokenNames } from './token.js';

const largestInt64 = 2n ** 63n - 1n;

/** The text format, 0.0.4 and 1.0.0 (with quoted names). Source: textparse/promparse.go. */
export class TextParser extends PageParser {
  constructor(bytes: Uint8Array) {
    super(new TextLexer(bytes), { commasAreOptional: true });
  }

  override next(): Parsed {
    const { lexer } = this;
    this.beginEntry();
    let found = lexer.lex();
    while (found === token.linebreak) {
      this.beginEntry();
      found = lexer.lex();
    }
    switch (found) {
      case token.endOfInput:
        return parsed.end;
      case token.help:
      case token.type:
        return this.#parseMeta(found);
      case token.comment:
        this.textStart = lexer.start;
        this.textEnd = lexer.at;
        return this.#endLine('linebreak expected after comment', parsed.comment);
      case token.braceOpen:
      case token.metricName: {
        const behind = this.parseSeries(found);
        return behind === undefined ? parsed.failed : this.#parseSample(behind);
      }
      default:
        return this.unexpected('expected a valid start token', found);
    }
  }

  #parseMeta(keyword: Token): Parsed {
    const { lexer } = this;
    if (!this.parseMetaName(keyword)) return parsed.failed;
    const text = lexer.lex();
    if (text !== token.text) {
      const problem = `expected text in ${tokenNames[keyword]}, got ${tokenNames[text]}`;
      return this.fail(problem, lexer.start);
    }
    this.textEnd = lexer.at;
    this.textStart = Math.min(lexer.start + 1, lexer.at);
    if (keyword === token.type) {
      if (!this.parseType(textTypes)) return parsed.failed;
    } else if (!this.checkHelp()) return parsed.failed;
    return this.#endLine(
      'linebreak expected after metadata',
      keyword === token.type ? parsed.type : parsed.help,
    );
  }

  #endLine(expected: string, entry: Parsed): Parsed {
    const found = this.lexer.lex();
    return found === token.linebreak ? entry : this.unexpected(expected, found);
  }

  /** Value and timestamp; `first` is the token behind name and labels. */
  #parseSample(first: Token): Parsed {
    if (!this.checkName()) return parsed.failed;
    if (first !== token.value) return this.unexpected('expected value after metric', first);
    if (!this.parseFloat(this.value, 0)) return parsed.failed;
    const found = this.lexer.lex();
    if (found === token.linebreak) return parsed.series;
    if (found !== token.timestamp) return this.unexpected('expected timestamp or new record', found);
    if (!this.#parseTimestamp()) return parsed.failed;
    return this.#endLine('expected next entry after timestamp', parsed.series);
  }

  /** Go's ParseInt of the digits that the current token is. */
  #parseTimestamp(): boolean {
    const { bytes, start, at } = this.lexer;
    let first = start;
    while (first < at - 1 && bytes[first] === 0x30) first++;
    if (at - first <= 19) {
      const timestamp = BigInt(decodeUtf8Loose(bytes, first, at));
      if (timestamp <= largestInt64) {
        this.timestamp = Number(timestamp);
        return true;
      }
    }
    const text = quoteBytes(bytes, start, at);
    this.failWhileParsing(`strconv.ParseInt: parsing ${text}: value out of range`, start);
    return false;
  }
}
