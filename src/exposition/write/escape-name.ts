import { isLegacyMetricName, metricNameLabel } from '../../model/index.js';
import type { EscapingScheme } from '../negotiate/scrape-protocols.js';

const legacyCharacter = /^[a-zA-Z0-9_:]$/;

function isLegacyAt(character: string, index: number): boolean {
  return legacyCharacter.test(character) && (index > 0 || !/[0-9]/.test(character));
}

/** A name in the old character set, by the scheme that the reader asked for. Source: model.EscapeName. */
export function escapeName(name: string, scheme: EscapingScheme): string {
  if (scheme === 'allow-utf-8' || name === '') return name;
  if (scheme !== 'dots' && isLegacyMetricName(name)) return name;
  const replace = replacements[scheme];
  let escaped = scheme === 'values' ? 'U__' : '';
  let index = 0;
  for (const character of name) escaped += replace(character, isLegacyAt(character, index++));
  return escaped;
}

type Replacement = (character: string, isLegacy: boolean) => string;

const replacements: Readonly<Record<Exclude<EscapingScheme, 'allow-utf-8'>, Replacement>> = {
  underscores: (character, isLegacy) => (isLegacy ? character : '_'),
  dots: (character, isLegacy) => {
    if (character === '_') return '__';
    if (character === '.') return '_dot_';
    return isLegacy ? character : '__';
  },
  values: (character, isLegacy) => {
    if (character === '_') return '__';
    if (isLegacy) return character;
    // What is no character counts as U+FFFD.
    return `_${(character.toWellFormed().codePointAt(0) as number).toString(16)}_`;
  },
};

/** A sound name stays as it is, even where the scheme alone would change it. Source: model.EscapeMetricFamily. */
export function escapeFamilyName(name: string, scheme: EscapingScheme): string {
  return isLegacyMetricName(name) ? name : escapeName(name, scheme);
}

/** Label pairs with their names escaped, and the metric name if it stands among them. */
export function escapeLabelPairs(pairs: readonly string[], scheme: EscapingScheme): readonly string[] {
  if (scheme === 'allow-utf-8') return pairs;
  return pairs.map((text, i) => {
    if (i % 2 === 0) return escapeFamilyName(text, scheme);
    return pairs[i - 1] === metricNameLabel ? escapeFamilyName(text, scheme) : text;
  });
}
