/** Patterns that cost backtracking engines exponential time, and values that make them. */
import type { Random } from '../../../src/base/index.js';

export function hostileRegexp(random: Random): string {
  const below = (limit: number): number => Math.floor(random.float() * limit);
  const pick = <T>(...items: readonly T[]): T => items[below(items.length)] as T;
  const atom = (): string =>
    pick('a', '.', '[a-z]', '\\w', '(a|b)', '(a|a)', '(?:ab?)', '\\pL', 'é', '[^b]', '(?i:A)');
  const quantifier = (): string => pick('*', '+', '?', '{2,10}', '{0,50}', '*?', '+?', '{30}');
  const group = (depth: number): string => {
    if (depth === 0) return atom() + quantifier();
    const inner = Array.from({ length: 1 + below(3) }, () => group(depth - 1)).join(pick('', '', '|'));
    return `(${inner})${pick('', quantifier(), '+', '*')}`;
  };
  return pick(
    () => group(1 + below(3)),
    () => `${group(2)}$`,
    () => `^(${atom()}+)+${pick('$', 'b', '')}`,
    () => `(.*${atom()}){${1 + below(25)}}`,
    () => `.*${Array.from({ length: below(12) }, atom).join('.*')}.*`,
    () => Array.from({ length: below(300) }, (_, i) => `a${i}${pick('', '.*', 'b+')}`).join('|'),
    () => `(?i)${group(1)}${pick('', '|.*z')}`,
    () => `${'('.repeat(below(60))}a${')*'.repeat(below(60))}`,
    () => `(${atom()}{${below(1200)}})${quantifier()}`,
    () => `[[:${pick('alpha', 'digit', 'nothing')}:]]+${pick('\\b', '\\B', '(?=a)', '\\1', '')}`,
  )();
}

export function hostileValue(random: Random): string {
  const below = (limit: number): number => Math.floor(random.float() * limit);
  const letters = ['a', 'ab', 'é', 'A', '\n', 'aaaa', 'b', '1', '\u{1d54f}'];
  const base = letters[below(letters.length)] as string;
  const end = ['', 'b', '!', 'aX'][below(4)] as string;
  return base.repeat(below(1 + 1000 / base.length)) + end;
}
