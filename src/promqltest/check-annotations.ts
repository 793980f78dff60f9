import { quoteGo } from '../base/index.js';
import type { QueryResult } from '../promql/index.js';
import type { EvalCommand, Expectation, Subject } from './script.js';

/** What is wrong with the warnings and infos of an answer. Source: promqltest/test.go, checkAnnotations. */
export function wrongAnnotations(
  { expectations }: EvalCommand,
  { warnings, infos }: QueryResult,
): string | undefined {
  return wrongLevel(expectations, 'warn', warnings) ?? wrongLevel(expectations, 'info', infos);
}

function wrongLevel(
  expectations: readonly Expectation[],
  level: 'warn' | 'info',
  told: readonly string[],
): string | undefined {
  const of = (subject: Subject): readonly Expectation[] =>
    expectations.filter((expectation) => expectation.subject === subject);
  const list = told.map(quoteGo).join(', ');
  if (of(`no_${level}`).length > 0 && told.length > 0) return `unexpected ${level} annotations: ${list}`;
  const expected = of(level);
  if (expected.length === 0) return undefined;
  if (told.length === 0) return `expected ${level} annotations but none were found`;
  const missing = expected.find((expectation) => !told.some((text) => expectation.matches(text)));
  if (missing !== undefined) {
    return `expected ${level} annotation matching ${quoteGo(missing.text ?? '')}, found: ${list}`;
  }
  const stray = told.find((text) => !expected.some((expectation) => expectation.matches(text)));
  return stray === undefined ? undefined : `unexpected ${level} annotation ${quoteGo(stray)}`;
}
