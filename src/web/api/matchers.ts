import type { Matcher } from '../../model/index.js';
import { ParseError } from '../../promql/index.js';
import type { QueryParser } from '../ports.js';
import { badData } from './api-error.js';

/** Selectors of `match[]`; each must have a matcher that does not match the empty text. */
export function matcherSets(
  texts: readonly string[],
  parser: QueryParser,
  fail: (message: string) => Error = badData,
): (readonly Matcher[])[] {
  const sets = texts.map((text) => parseSelector(text, parser, fail));
  for (const set of sets) {
    if (!set.some((matcher) => !matcher.matchesEmpty)) {
      throw fail('match[] must contain at least one non-empty matcher');
    }
  }
  return sets;
}

export function parseSelector(
  text: string,
  parser: QueryParser,
  fail: (message: string) => Error,
): readonly Matcher[] {
  try {
    return parser.parseSelector(text);
  } catch (error) {
    if (error instanceof ParseError) throw fail(error.message);
    throw error;
  }
}
