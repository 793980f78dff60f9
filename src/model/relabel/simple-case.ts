/**
 * Go's strings.ToLower and ToUpper map one code point to one. Where JS would write several, the code point
 * stays, save for the few that have a mapping of their own.
 */
export function toLowerGo(text: string): string {
  return mapEach(text, (character) => character.toLowerCase());
}

export function toUpperGo(text: string): string {
  return mapEach(text, (character) => character.toUpperCase());
}

function mapEach(text: string, map: (character: string) => string): string {
  let mapped = '';
  for (const character of text) {
    const whole = map(character);
    const first = String.fromCodePoint(whole.codePointAt(0) as number);
    mapped += first.length === whole.length ? whole : singleMapping(character);
  }
  return mapped;
}

/** U+0130 becomes i; Greek vowels with an iota below have capitals that write it beside them. */
function singleMapping(character: string): string {
  if (character === '\u0130') return 'i';
  const codePoint = character.codePointAt(0) as number;
  const isVowel = codePoint >= 0x1f80 && codePoint <= 0x1faf;
  if (isVowel) return String.fromCodePoint(codePoint | 8);
  if (codePoint === 0x1fb3 || codePoint === 0x1fc3 || codePoint === 0x1ff3) {
    return String.fromCodePoint(codePoint + 9);
  }
  return character;
}
