import { decodeUtf8, encodeUtf8, UserError } from '../base/index.js';
import { ParseError, type ParserOptions, QueryError } from '../promql/index.js';

/** Commands know the whole language: whoever asks a server has its features. */
export const parserOptions: ParserOptions = {
  experimentalFunctions: true,
  extendedRangeSelectors: true,
  fillModifiers: true,
};

/** A mistake in the query as an error with a code frame; an evaluation that failed as its message. */
export function asUserError(error: unknown): unknown {
  if (error instanceof ParseError) {
    return new UserError({
      code: 'bad-query',
      message: error.problems[0] ? error.problems[0].message : error.message,
      place: { file: 'query', line: error.line, column: characterColumn(error) },
      source: error.query,
    });
  }
  if (error instanceof QueryError)
    return new UserError({ code: error.kind, message: error.message, cause: error });
  return error;
}

/** The parser counts bytes; people and editors count characters. */
function characterColumn({ query, line, column }: ParseError): number {
  const bytes = encodeUtf8(query.split('\n')[line - 1] ?? '');
  return decodeUtf8(bytes.subarray(0, column - 1)).length + 1;
}
