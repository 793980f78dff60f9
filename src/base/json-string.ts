// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON must escape them.
const escaped = /["\\\u0000-\u001f<>&\u2028\u2029]/g;

/** A JSON string as upstream's API encoder writes it: safe to embed in HTML, unlike label sets. */
export function jsonString(text: string): string {
  return `"${text.replace(escaped, escapeJsonCharacter)}"`;
}

export function escapeJsonCharacter(character: string): string {
  switch (character) {
    case '"':
      return '\\"';
    case '\\':
      return '\\\\';
    case '\n':
      return '\\n';
    case '\r':
      return '\\r';
    case '\t':
      return '\\t';
    default:
      return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  }
}
