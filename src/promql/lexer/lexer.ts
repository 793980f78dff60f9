import { Cursor } from './cursor.js';
import { lexBraces } from './lex-braces.js';
import { lexBracket } from './lex-bracket.js';
import type { LexMode, LexState } from './lex-mode.js';
import { lexBuckets, lexHistogram, lexValues } from './lex-series.js';
import { lexTop } from './lex-top.js';
import { lexNumber } from './scan-number.js';
import { SourceText } from './source-text.js';
import type { Token } from './token.js';

/**
 * Cuts a query into tokens, one a call. A step of the scan reads in one mode, emits at most one token and
 * names the mode of the next step. Source: promql/parser/lex.go.
 */
export class Lexer {
  readonly source: SourceText;
  readonly #state: LexState;
  #mode: LexMode = 'top';
  #last: Token | undefined;

  constructor(source: SourceText, options: { readonly inSeries?: boolean } = {}) {
    this.source = source;
    this.#state = {
      cursor: new Cursor(source),
      inSeries: options.inSeries === true,
      parenDepth: 0,
      braceOpen: false,
      bracketOpen: false,
      gotColon: false,
      gotDuration: false,
      histogram: 'none',
    };
  }

  /** The next token; after `eof` or `error`, that token again. */
  next(): Token {
    if (this.#last?.kind === 'eof' || this.#last?.kind === 'error') return this.#last;
    for (;;) {
      this.#mode = step(this.#mode, this.#state);
      const token = this.#state.cursor.take();
      if (token !== undefined) {
        this.#last = token;
        return token;
      }
    }
  }
}

function step(mode: LexMode, state: LexState): LexMode {
  switch (mode) {
    case 'top':
      return lexTop(state);
    case 'braces':
      return lexBraces(state);
    case 'bracket':
      return lexBracket(state);
    case 'values':
      return lexValues(state);
    case 'histogram':
      return lexHistogram(state);
    case 'buckets':
      return lexBuckets(state);
    case 'number':
      lexNumber(state.cursor, state.inSeries);
      return 'top';
  }
}

/** All tokens of a text, comments too; the last is `eof` or `error`. */
export function lex(text: string | Uint8Array, options: { readonly inSeries?: boolean } = {}): Token[] {
  const lexer = new Lexer(SourceText.from(text), options);
  const tokens: Token[] = [];
  for (;;) {
    const token = lexer.next();
    tokens.push(token);
    if (token.kind === 'eof' || token.kind === 'error') return tokens;
  }
}
