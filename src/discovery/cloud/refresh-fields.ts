import { duration, int, printed, refine, type Schema, string, withDefault } from '../../yaml/index.js';

/** What most clouds are asked again after. */
export const refreshMs = 60_000;
export const refresh = () => withDefault(duration(), refreshMs);
export const port = () => printed(withDefault(int(), 80));

/** One of a few names. */
export function oneOf(names: readonly string[], refusal: (text: string) => string): Schema<string> {
  return refine(string(), {
    zero: '',
    convert(text, report) {
      if (names.includes(text)) return text;
      report(refusal(text));
      return undefined;
    },
  });
}
