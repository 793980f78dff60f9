import { compileRegexp, type SubmatchRegexp } from '../regexp/index.js';

/** A relabelling pattern: anchored as a label's (`^(?s:…)$`), with its groups. */
export type RelabelRegexp = SubmatchRegexp;

/** The default pattern: every value matches, groups 0 and 1 are the value. */
export const defaultRelabelRegexp: RelabelRegexp = {
  pattern: '(.*)',
  test: () => true,
  match: (value) => ({ byNumber: (group) => (group <= 1 ? value : ''), byName: () => '' }),
};

/** Throws `RegexpSyntaxError` with Go's text. */
export function compileRelabelRegexp(pattern: string): RelabelRegexp {
  // A copy, as the default itself stands for a rule that names no pattern.
  return pattern === defaultRelabelRegexp.pattern ? { ...defaultRelabelRegexp } : compileRegexp(pattern);
}
