import type { PositionRange } from './ast/index.js';

/** One mistake in a query. `message` is upstream's text without position; positions are bytes. */
export interface ParseProblem {
  readonly position: PositionRange;
  readonly message: string;
}

/** A query that does not parse. `message` is upstream's: `<line>:<column>: parse error: <text of the first problem>`. */
export class ParseError extends Error {
  override readonly name = 'ParseError';
  readonly problems: readonly ParseProblem[];
  readonly query: string;
  /** Both count from 1; column in bytes, as upstream. */
  readonly line: number;
  readonly column: number;

  constructor(options: {
    message: string;
    query: string;
    line: number;
    column: number;
    problems: readonly ParseProblem[];
  }) {
    super(options.message);
    this.problems = options.problems;
    this.query = options.query;
    this.line = options.line;
    this.column = options.column;
  }
}

/** Why an evaluation ended without an answer; upstream's errorType follows from it. */
export type QueryErrorKind = 'execution' | 'timeout' | 'canceled' | 'storage';

export class QueryError extends Error {
  override readonly name = 'QueryError';
  readonly kind: QueryErrorKind;

  constructor(kind: QueryErrorKind, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.kind = kind;
  }
}
