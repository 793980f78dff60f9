import { UserError } from '../base/index.js';
import type { Matcher } from '../model/index.js';
import { ParseError, parseMetricSelector } from '../promql/index.js';

/** The matchers of a selector such as `up{job="x"}`. Throws `UserError` with its place; the message is upstream's. */
export function parseSelector(text: string): readonly Matcher[] {
  try {
    return parseMetricSelector(text);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new UserError({
      code: 'bad-selector',
      message: error.message,
      suggestions: [
        `"${text}" is no selector: give a name, conditions in braces, or both, such as up{job="x"}`,
      ],
    });
  }
}
