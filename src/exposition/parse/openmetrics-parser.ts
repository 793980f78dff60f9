import { formatNonFinite } from '../../base/index.js';
import { openMetricsTypes } from '../metric-types.js';
import { floatColumn } from '../read-float.js';
import { OpenMetricsLexer } from './openmetrics-lexer.js';
import { PageParser, type Parsed, parsed } from './page-parser.js';
import { quoteBytes } from './quote-bytes.js';
import { type Token, token, tokenNames } from './token.js';

const noEnd = 'data does not end with # EOF';
const smallestInt64 = -(2 ** 63);

/** Seconds as whole milliseconds, as Go converts a float: towards zero, and the smallest int64 for what does not fit. */
export function toMilliseconds(seconds: number): number {
  const milliseconds = Math.trunc(seconds * 1000) + 0;
  return milliseconds >= smallestInt64 && milliseconds < -smallestInt64 ? milliseconds : smallestInt64;
}

/** OpenMetrics 0.0.1 and 1.0.0; `_created` lines are series like others. Source: textparse/openmetricsparse.go. */
export class OpenMetricsParser extends PageParser {
  readonly #seconds = floatColumn(1);

  constructor(bytes: Uint8Array) {
    super(new OpenMetricsLexer(bytes), { commasAreOptional: false });
  }

  override next(): Parsed {
    const { lexer } = this;
    this.beginEntry();
    const found = lexer.lex();
    switch (found) {
      case token.endWord:
        if (lexer.lex() === token.endOfInput) return parsed.end;
        return this.fail('unexpected data after # EOF', lexer.start);
      case token.endOfInput:
        return this.fail(noEnd, lexer.at);
      case token.help:
      case token.type:
      case token.unit:
        return this.#parseMeta(found);
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
    if (lexer.lex() !== token.text) return this.fail(`expected text in ${tokenNames[keyword]}`, lexer.start);
    this.textStart = lexer.start + 1;
    this.textEnd = lexer.at - 1;
    switch (keyword) {
      case token.type:
        return this.parseType(openMetricsTypes) ? parsed.type : parsed.failed;
      case token.help:
        return this.checkHelp() ? parsed.help : parsed.failed;
      default:
        return this.#checkUnit();
    }
  }

  /** A unit must be the last part of the name. */
  #checkUnit(): Parsed {
    const { bytes } = this.lexer;
    const { nameStart, nameEnd, textStart, textEnd } = this;
    const length = textEnd - textStart;
    if (length === 0) return parsed.unit;
    let isSuffix = nameEnd - nameStart > length && bytes[nameEnd - length - 1] === 0x5f;
    for (let i = 0; isSuffix && i < length; i++) {
      isSuffix = bytes[nameEnd - length + i] === bytes[textStart + i];
    }
    if (isSuffix) return parsed.unit;
    const unit = quoteBytes(bytes, textStart, textEnd);
    return this.fail(
      `unit ${unit} not a suffix of metric ${quoteBytes(bytes, nameStart, nameEnd)}`,
      textStart,
    );
  }

  /** Value, timestamp and exemplar; `first` is the token behind name and labels. */
  #parseSample(first: Token): Parsed {
    const { lexer } = this;
    if (!this.checkName()) return parsed.failed;
    if (first !== token.value) return this.unexpected('expected value after metric', first);
    if (!this.parseFloat(this.value, 1)) return parsed.failed;
    const found = lexer.lex();
    switch (found) {
      case token.endOfInput:
        return this.fail(noEnd, lexer.at);
      case token.comment:
        return this.#parseExemplar();
      case token.timestamp: {
        const seconds = this.#parseSeconds('timestamp');
        if (seconds === undefined) return parsed.failed;
        this.timestamp = toMilliseconds(seconds);
        const behind = lexer.lex();
        if (behind === token.linebreak) return parsed.series;
        if (behind === token.comment) return this.#parseExemplar();
        return this.unexpected('expected next entry after timestamp', behind);
      }
      default:
        // Upstream lets whatever else pass here, and stumbles over the rest of the line as its next entry.
        return parsed.series;
    }
  }

  #parseSeconds(what: string): number | undefined {
    if (!this.parseFloat(this.#seconds, 1)) return undefined;
    const seconds = this.#seconds.values[0] as number;
    if (Number.isFinite(seconds)) return seconds;
    this.fail(`invalid ${what} ${formatNonFinite(seconds)}`, this.lexer.start + 1);
    return undefined;
  }

  #parseExemplar(): Parsed {
    const { lexer } = this;
    const start = lexer.at;
    if (!this.parseLabels(true)) return parsed.failed;
    const value = lexer.lex();
    if (value !== token.value) return this.unexpected('expected value after exemplar labels', value);
    if (!this.parseFloat(this.exemplarValue, 1)) return parsed.failed;
    const found = lexer.lex();
    switch (found) {
      case token.endOfInput:
        return this.fail(noEnd, lexer.at);
      case token.linebreak:
        break;
      case token.timestamp: {
        const seconds = this.#parseSeconds('exemplar timestamp');
        if (seconds === undefined) return parsed.failed;
        this.exemplarTimestamp = toMilliseconds(seconds);
        const behind = lexer.lex();
        if (behind !== token.linebreak) {
          return this.unexpected('expected next entry after exemplar timestamp', behind);
        }
        break;
      }
      default:
        return this.unexpected('expected timestamp or comment', found);
    }
    this.exemplarStart = start;
    return parsed.series;
  }
}
