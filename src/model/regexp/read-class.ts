import { maxSetMatches } from './shape.js';

export interface CharacterClass {
  /** Every character of the class, rising; undefined when it is negated or large. */
  readonly characters: readonly string[] | undefined;
  /** Behind the closing bracket. */
  readonly end: number;
}

type Range = readonly [first: number, last: number];

const perlClasses: ReadonlyMap<string, readonly Range[]> = new Map([
  ['d', [[0x30, 0x39]]],
  [
    'w',
    [
      [0x30, 0x39],
      [0x41, 0x5a],
      [0x5f, 0x5f],
      [0x61, 0x7a],
    ],
  ],
  [
    's',
    [
      [0x09, 0x0a],
      [0x0c, 0x0d],
      [0x20, 0x20],
    ],
  ],
]);

const escapedLetters: ReadonlyMap<string, number> = new Map([
  ['a', 0x07],
  ['f', 0x0c],
  ['n', 0x0a],
  ['r', 0x0d],
  ['t', 0x09],
  ['v', 0x0b],
]);

/** The class that opens at `start`; undefined when it holds something unknown, which may be an error. */
export function readClass(pattern: string, start: number): CharacterClass | undefined {
  let at = start + 1;
  let isOpen = pattern[at] === '^';
  if (isOpen) at++;
  const ranges: Range[] = [];
  for (let isFirst = true; isFirst || pattern[at] !== ']'; isFirst = false) {
    if (at >= pattern.length || pattern.startsWith('[:', at)) return undefined;
    const letter = pattern[at] === '\\' ? (pattern[at + 1] ?? '') : '';
    const perl = perlClasses.get(letter.toLowerCase());
    if (perl !== undefined) {
      if (letter === letter.toLowerCase()) ranges.push(...perl);
      else isOpen = true;
      at += 2;
      continue;
    }
    // A minus stands for itself at either end alone; elsewhere RE2 may call it an error.
    if (pattern[at] === '-' && !isFirst && pattern[at + 1] !== ']') return undefined;
    const first = readMember(pattern, at);
    if (first === undefined) return undefined;
    at = first.end;
    let last = first;
    if (pattern[at] === '-' && pattern[at + 1] !== ']') {
      const upper = readMember(pattern, at + 1);
      if (upper === undefined || upper.codePoint < first.codePoint) return undefined;
      last = upper;
      at = upper.end;
    }
    ranges.push([first.codePoint, last.codePoint]);
  }
  return { characters: isOpen ? undefined : charactersOf(ranges), end: at + 1 };
}

function readMember(pattern: string, at: number): { codePoint: number; end: number } | undefined {
  const codePoint = pattern.codePointAt(at);
  if (codePoint === undefined) return undefined;
  if (codePoint !== 0x5c) return { codePoint, end: at + (codePoint > 0xffff ? 2 : 1) };
  const letter = pattern[at + 1];
  if (letter === undefined) return undefined;
  const escaped = escapedLetters.get(letter);
  if (escaped !== undefined) return { codePoint: escaped, end: at + 2 };
  if (letter >= '\x80' || /[0-9A-Za-z]/.test(letter)) return undefined;
  return { codePoint: letter.charCodeAt(0), end: at + 2 };
}

function charactersOf(ranges: readonly Range[]): string[] | undefined {
  const codePoints = new Set<number>();
  for (const [first, last] of ranges) {
    if (last - first >= maxSetMatches) return undefined;
    for (let codePoint = first; codePoint <= last; codePoint++) codePoints.add(codePoint);
    if (codePoints.size > maxSetMatches) return undefined;
  }
  const rising = [...codePoints].sort((a, b) => a - b).map((codePoint) => String.fromCodePoint(codePoint));
  // Half a surrogate pair is no character; nothing is said of a class that names one.
  return rising.every((character) => character.isWellFormed()) ? rising : undefined;
}
