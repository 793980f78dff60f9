import type { RegexpGroups } from './submatch-regexp.js';

const wordCharacter = /[\p{L}\p{Nd}_]/u;

/**
 * Go's Regexp.Expand: `$1`, `${1}`, `$name` with the longest name, `$$`; a `$` that fits none stands for
 * itself.
 */
export function expandTemplate(template: string, groups: RegexpGroups): string {
  let result = '';
  let from = 0;
  for (let dollar = template.indexOf('$'); dollar >= 0; dollar = template.indexOf('$', from)) {
    result += template.slice(from, dollar);
    if (template[dollar + 1] === '$') {
      result += '$';
      from = dollar + 2;
      continue;
    }
    const reference = readReference(template, dollar + 1);
    if (reference === undefined) {
      result += '$';
      from = dollar + 1;
      continue;
    }
    result += groupOf(groups, reference.name);
    from = reference.end;
  }
  return result + template.slice(from);
}

function readReference(template: string, start: number): { name: string; end: number } | undefined {
  const braced = template[start] === '{';
  let end = braced ? start + 1 : start;
  const nameStart = end;
  while (end < template.length) {
    const character = String.fromCodePoint(template.codePointAt(end) as number);
    if (!wordCharacter.test(character)) break;
    end += character.length;
  }
  const name = template.slice(nameStart, end);
  if (name === '' || (braced && template[end] !== '}')) return undefined;
  return { name, end: braced ? end + 1 : end };
}

function groupOf(groups: RegexpGroups, name: string): string {
  if (/^(?:0|[1-9][0-9]{0,8})$/.test(name)) return groups.byNumber(Number(name));
  return groups.byName(name);
}
