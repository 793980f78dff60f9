import type { Item, Shape } from './shape.js';

export interface RequiredTexts {
  readonly prefix: string;
  readonly suffix: string;
  readonly contains: readonly string[];
  /** Whether a text has them all; without that it cannot match. */
  allIn(value: string): boolean;
}

/** The literals that every match of the shape begins with, ends with, and holds between. */
export function requiredTexts(shape: Shape): RequiredTexts {
  const prefix = commonPrefix(shape.flatMap((row) => textsAt(row[0])));
  const suffix = commonSuffix(shape.flatMap((row) => textsAt(row.at(-1))));
  const [only] = shape;
  const contains: string[] = [];
  if (shape.length === 1 && only !== undefined) {
    for (const item of only.slice(1, -1)) {
      const text = item.kind === 'text' ? commonPrefix(item.values) : '';
      if (text !== '') contains.push(text);
    }
  }
  return { prefix, suffix, contains, allIn: (value) => holds(value, { prefix, suffix, contains }) };
}

function textsAt(item: Item | undefined): readonly string[] {
  return item?.kind === 'text' ? item.values : [''];
}

function commonPrefix(texts: readonly string[]): string {
  let prefix = texts[0] ?? '';
  for (const text of texts) {
    let length = 0;
    while (length < prefix.length && prefix.charCodeAt(length) === text.charCodeAt(length)) length++;
    prefix = prefix.slice(0, length);
  }
  return prefix.isWellFormed() ? prefix : prefix.slice(0, -1);
}

function commonSuffix(texts: readonly string[]): string {
  let suffix = texts[0] ?? '';
  for (const text of texts) {
    let length = 0;
    while (length < suffix.length && suffix.at(-1 - length) === text.at(-1 - length)) length++;
    suffix = suffix.slice(suffix.length - length);
  }
  return suffix.isWellFormed() ? suffix : suffix.slice(1);
}

function holds(
  value: string,
  { prefix, suffix, contains }: { prefix: string; suffix: string; contains: readonly string[] },
): boolean {
  if (!value.startsWith(prefix) || !value.endsWith(suffix)) return false;
  let at = prefix.length;
  for (const text of contains) {
    const found = value.indexOf(text, at);
    if (found < 0) return false;
    at = found + text.length;
  }
  return true;
}
