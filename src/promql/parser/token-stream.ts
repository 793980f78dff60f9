import { assert } from '../../base/index.js';
import type { PositionRange } from '../ast/index.js';
import type { ParseProblem } from '../errors.js';
import { describeToken, Lexer, type SourceText, type Token, type TokenKind } from '../lexer/index.js';

/** Thrown where no rule fits a token; caught by the innermost rule that names what it was reading. */
export class UnexpectedToken {}

/**
 * Thrown where the text ends while the parser looks for a token to go on from: what was found is reported.
 */
export class ParseAborted {}

/**
 * Deeper nesting is refused, so that neither the parser nor any walk over its tree can overflow the stack.
 */
export const maxNesting = 500;

/**
 * The tokens of a query with one token of lookahead, and yacc's rules of recovery, on which the list of
 * problems depends. A parsing function that finds no rule for the lookahead calls `reject`: the first time,
 * the innermost rule with an error case takes over, reports and goes on, with the lookahead unread; from then
 * on, until three tokens in a row were accepted, a token that does not fit is dropped and the function tries
 * the next one.
 *
 * A token is looked at only where a choice depends on it: `lastClosing` and the positions taken from it
 * follow from how far upstream's parser has read, so reading ahead too early changes them.
 */
export class TokenStream {
  readonly source: SourceText;
  readonly problems: ParseProblem[] = [];
  /** End of the last token read (not: accepted) that can close an expression. */
  lastClosing = 0;
  readonly #lexer: Lexer;
  readonly #unexpected = new UnexpectedToken();
  #lookahead: Token | undefined;
  #last: Token | undefined;
  /** Tokens to accept before a new error is reported as such. */
  #recovering = 0;
  #nesting = 0;

  constructor(source: SourceText, options: { readonly inSeries?: boolean } = {}) {
    this.source = source;
    this.#lexer = new Lexer(source, options);
  }

  peek(): TokenKind {
    this.#lookahead ??= this.#read();
    return this.#lookahead.kind;
  }

  /** The lookahead, accepted. */
  shift(): Token {
    this.peek();
    const token = this.#lookahead;
    assert(token !== undefined && token.kind !== 'stop', 'the end of the query is no token to accept');
    this.#lookahead = undefined;
    if (this.#recovering > 0) this.#recovering--;
    return token;
  }

  /** The token of this kind, which must come next. */
  expect(kind: TokenKind): Token {
    while (this.peek() !== kind) this.reject();
    return this.shift();
  }

  /** No rule fits the lookahead. Returns when it was dropped: look again. */
  reject(): void {
    if (!this.#drop()) throw this.#unexpected;
  }

  /**
   * As `reject`, in a rule that has an error case for this very place: true says to take it, false to look
   * again.
   */
  rejectHere(): boolean {
    return !this.#drop();
  }

  #drop(): boolean {
    if (this.#recovering < 3) {
      this.#recovering = 3;
      return false;
    }
    if (this.peek() === 'stop') throw new ParseAborted();
    this.#lookahead = undefined;
    return true;
  }

  /**
   * Runs a rule; when a token does not fit in it, at any depth without an error case of its own, runs
   * `recover`.
   */
  attempt<T>(rule: () => T, recover: () => T): T {
    const nesting = this.#nesting;
    try {
      return rule();
    } catch (signal) {
      if (!(signal instanceof UnexpectedToken)) throw signal;
      this.#nesting = nesting;
      return recover();
    }
  }

  /** Runs a rule that may hold itself again. */
  nested<T>(rule: () => T): T {
    this.#nesting++;
    if (this.#nesting > maxNesting) this.#refuseNesting();
    const result = rule();
    this.#nesting--;
    return result;
  }

  /** Ends parsing: the only problem is the depth. */
  #refuseNesting(): never {
    this.problems.length = 0;
    this.problem(this.last, `expression is nested more than ${maxNesting} levels deep, simplify it`);
    throw new ParseAborted();
  }

  /** The token read last, accepted or not. */
  get last(): Token {
    return this.#last ?? { kind: 'eof', text: '', start: 0, end: 0 };
  }

  problem({ start, end }: PositionRange, message: string): void {
    this.problems.push({ position: { start, end }, message });
  }

  /** Reports the token read last. What the lexer reported is not reported again. */
  unexpected(context: string, expected: string): void {
    if (this.last.kind === 'error') return;
    let message = `unexpected ${describeToken(this.last)}`;
    if (context !== '') message += ` in ${context}`;
    if (expected !== '') message += `, expected ${expected}`;
    this.problem(this.last, message);
  }

  #read(): Token {
    if (this.#last?.kind === 'eof' || this.#last?.kind === 'error') return { ...this.#last, kind: 'stop' };
    let token = this.#lexer.next();
    while (token.kind === 'comment') token = this.#lexer.next();
    this.#last = token;
    switch (token.kind) {
      case 'error':
        this.problem(token, token.text);
        return { ...token, kind: 'stop' };
      case '}':
      case ')':
      case ']':
      case 'duration':
      case 'number':
        this.lastClosing = token.end;
    }
    return token;
  }
}

export function rangeOf(token: Token): PositionRange {
  return { start: token.start, end: token.end };
}
