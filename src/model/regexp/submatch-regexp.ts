import type { RE2JS } from 're2js';
import { planWithoutEngine } from './label-regexp.js';
import { compileEngine } from './syntax-error.js';

/** A pattern anchored as a label's (`^(?s:…)$`), with its groups; for relabelling and label_replace. */
export interface SubmatchRegexp {
  readonly pattern: string;
  test(value: string): boolean;
  /** The groups of a match, or undefined when `value` does not match. */
  match(value: string): RegexpGroups | undefined;
}

export interface RegexpGroups {
  /** Group 0 is the whole match; "" for a group that took no part or is not there. */
  byNumber(group: number): string;
  byName(name: string): string;
}

/**
 * Throws `RegexpSyntaxError` with Go's text for the anchored pattern, so that `a)|(b` compiles and an error
 * may quote the anchors, as upstream's do. The engine is made when it is first needed.
 */
export function compileRegexp(pattern: string): SubmatchRegexp {
  const quick = planWithoutEngine(pattern);
  let engine = quick === undefined ? compileEngine(`^(?s:${pattern})$`) : undefined;
  return {
    pattern,
    test: (value) => (quick !== undefined ? quick.test(value) : engine?.test(value) === true),
    match(value) {
      if (quick?.test(value) === false) return undefined;
      engine ??= compileEngine(`^(?s:${pattern})$`);
      return findGroups(engine, value);
    },
  };
}

function findGroups(engine: RE2JS, value: string): RegexpGroups | undefined {
  const names = engine.namedGroups();
  const matcher = engine.matcher(value);
  if (!matcher.find()) return undefined;
  const byNumber = (group: number): string =>
    group <= matcher.groupCount() ? (matcher.group(group) ?? '') : '';
  return {
    byNumber,
    byName(name) {
      return Object.hasOwn(names, name) ? byNumber(names[name] as number) : '';
    },
  };
}

/** A pattern that may match anywhere, as Go's regexp.MatchString. Throws `RegexpSyntaxError`. */
export function compileSearch(pattern: string): { test(text: string): boolean } {
  const engine = compileEngine(pattern);
  return { test: (text) => engine.matcher(text).find() };
}
