import type { ScrapeOptions } from './options.js';

/** Whether two jobs are configured alike, the keys in `leftOut` aside. Secrets count by their values. */
export function sameBut(
  a: ScrapeOptions,
  b: ScrapeOptions,
  leftOut: readonly (keyof ScrapeOptions)[] = [],
): boolean {
  const keys = Object.keys(a) as (keyof ScrapeOptions)[];
  return keys.every((key) => leftOut.includes(key) || sameValue(a[key], b[key]));
}

function sameValue(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if ('reveal' in a && 'reveal' in b && typeof a.reveal === 'function' && typeof b.reveal === 'function') {
    return a.reveal() === b.reveal();
  }
  if ('pattern' in a && 'pattern' in b) return a.pattern === b.pattern;
  if (a instanceof Map && b instanceof Map) return sameValue([...a], [...b]);
  const keysA = Object.keys(a);
  const keysB = Object.keys(b);
  return (
    keysA.length === keysB.length &&
    keysA.every((key) => Object.hasOwn(b, key) && sameValue(Reflect.get(a, key), Reflect.get(b, key)))
  );
}
