import { RE2JS } from 're2js';

/** A pattern that RE2 refuses; the message is Go's. */
export class RegexpSyntaxError extends Error {
  override readonly name = 'RegexpSyntaxError';
}

/** A label regular expression: RE2 syntax, linear time, anchored at both ends, `.` matches newlines (`^(?s:…)$`). */
export interface LabelRegexp {
  readonly pattern: string;
  test(value: string): boolean;
  /** The whole set of values that can match, when it is finite and small; undefined otherwise. */
  readonly setMatches: readonly string[] | undefined;
  /** A literal that every match begins with; "" when there is none. */
  readonly prefix: string;
}

export function compileLabelRegexp(pattern: string): LabelRegexp {
  let compiled: RE2JS;
  try {
    compiled = RE2JS.compile(`^(?s:${pattern})$`);
  } catch (error) {
    throw new RegexpSyntaxError(error instanceof Error ? error.message : String(error));
  }
  return { pattern, test: (value) => compiled.test(value), setMatches: undefined, prefix: '' };
}
