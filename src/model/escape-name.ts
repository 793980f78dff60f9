/** Names for readers that know legacy names alone. Source: prometheus/common model/metric.go. */
import { isLegacyMetricName } from './names.js';

/** As content negotiation words them (`escaping=underscores`). */
export const escapingSchemes = ['allow-utf-8', 'underscores', 'dots', 'values'] as const;
export type EscapingScheme = (typeof escapingSchemes)[number];

const legacyCharacter = /[a-zA-Z0-9_:]/;
const valuesPrefix = 'U__';

export function escapeName(name: string, scheme: EscapingScheme = 'values'): string {
  switch (scheme) {
    case 'allow-utf-8':
      return name;
    case 'underscores':
      return isLegacyMetricName(name) ? name : mapIllegal(name, () => '_');
    case 'dots':
      return mapIllegal(name.replaceAll('_', '__'), (character) => (character === '.' ? '_dot_' : '__'));
    case 'values':
      if (name === '' || isLegacyMetricName(name)) return name;
      return valuesPrefix + mapIllegal(name.replaceAll('_', '__'), hexOf);
  }
}

/** A digit is illegal where it stands first. */
function mapIllegal(name: string, map: (character: string) => string): string {
  let escaped = '';
  let isFirst = true;
  for (const character of name) {
    const isLegal = legacyCharacter.test(character) && !(isFirst && character >= '0' && character <= '9');
    escaped += isLegal ? character : map(character);
    isFirst = false;
  }
  return escaped;
}

function hexOf(character: string): string {
  // What is no text, Go reads as the replacement character.
  const codePoint = character.isWellFormed() ? (character.codePointAt(0) as number) : 0xfffd;
  return `_${codePoint.toString(16)}_`;
}

/** The name that was escaped, where that can be told; else what was given. */
export function unescapeName(name: string, scheme: EscapingScheme = 'values'): string {
  switch (scheme) {
    case 'allow-utf-8':
    case 'underscores':
      return name;
    case 'dots':
      return name.replaceAll('_dot_', '.').replaceAll('__', '_');
    case 'values':
      return name.startsWith(valuesPrefix) ? (unescapeValues(name.slice(valuesPrefix.length)) ?? name) : name;
  }
}

function unescapeValues(escaped: string): string | undefined {
  let name = '';
  const part = /[^_]+|_(?:_|([0-9a-fA-F]{1,5})_)/y;
  while (part.lastIndex < escaped.length) {
    const found = part.exec(escaped);
    if (found === null) return undefined;
    const [text, digits] = found;
    if (digits === undefined) name += text === '__' ? '_' : text;
    else {
      const codePoint = Number.parseInt(digits, 16);
      if (!(codePoint <= 0x10ffff) || (codePoint >= 0xd800 && codePoint <= 0xdfff)) return undefined;
      name += String.fromCodePoint(codePoint);
    }
  }
  return name;
}
