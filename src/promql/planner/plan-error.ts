import type { PositionRange } from '../ast/index.js';
import { ParseError } from '../errors.js';

/** A query that parses but can not be run as asked: the asker's mistake, as a parse error is. */
export function planError(message: string, query: string, position: PositionRange): ParseError {
  return new ParseError({
    message,
    query,
    line: 1,
    column: position.start + 1,
    problems: [{ position, message }],
  });
}
