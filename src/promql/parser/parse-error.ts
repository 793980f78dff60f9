import { ParseError, type ParseProblem } from '../errors.js';
import type { SourceText } from '../lexer/index.js';

/**
 * All problems, with the message of the first. Source: parse.go (ParseErr.Error), posrange.go
 * (StartPosInput).
 */
export function parseErrorOf(source: SourceText, problems: readonly ParseProblem[]): ParseError {
  const first = problems[0] ?? { position: { start: 0, end: 0 }, message: 'error contains no error message' };
  const { start } = first.position;
  const { line, column } = source.lineAndColumn(start);
  const place = start > source.byteLength ? 'invalid position' : `${line}:${column}`;
  const message = `${source.byteLength === 0 ? 'unknown position' : place}: parse error: ${first.message}`;
  return new ParseError({ message, query: source.text, line, column, problems });
}
