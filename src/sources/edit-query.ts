import { UserError } from '../base/index.js';
import { Matcher, type MatchType, RegexpSyntaxError } from '../model/index.js';
import {
  type Expr,
  editMatchers,
  exprJson,
  formatQuery as formatParsed,
  parseExpr,
  prettyExpr,
} from '../promql/index.js';
import { asUserError, parserOptions } from './query-errors.js';

/** A query over several lines, with its comments. Throws `UserError` with the place of a mistake, as all here do. */
export function formatQuery(query: string): string {
  return orUserError(() => formatParsed(query, parserOptions));
}

/** The tree as the API's /parse_query writes it. */
export function queryTree(query: string): Iterable<string> {
  return exprJson(parsed(query));
}

/** Every selector's conditions on a label become this one; where there is none it is added. */
export function setLabelMatcher(
  query: string,
  { type, name, value }: { readonly type: MatchType; readonly name: string; readonly value: string },
): string {
  const matcher = orUserError(() => new Matcher(type, name, value));
  const expr = parsed(query);
  editMatchers(expr, (matchers) =>
    matchers.some((each) => each.name === name)
      ? matchers.map((each) => (each.name === name ? matcher : each))
      : [...matchers, matcher],
  );
  return prettyExpr(expr);
}

/** Without any condition on a label. */
export function deleteLabelMatcher(query: string, name: string): string {
  const expr = parsed(query);
  editMatchers(expr, (matchers) => matchers.filter((each) => each.name !== name));
  return prettyExpr(expr);
}

function parsed(query: string): Expr {
  return orUserError(() => parseExpr(query, parserOptions));
}

function orUserError<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (error instanceof RegexpSyntaxError) {
      throw new UserError({ code: 'bad-regexp', message: error.message, cause: error });
    }
    throw asUserError(error);
  }
}
