const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\u{1f300}-\u{1faff}]/u;
/** Combining marks (variation selectors among them) and joiners. */
const widthless = /\p{Mn}|\p{Me}|\p{Cf}/u;

/** Columns a text takes on a terminal. */
export function displayWidth(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let width = 0;
  for (const character of text) {
    if (!widthless.test(character)) width += wide.test(character) ? 2 : 1;
  }
  return width;
}

/** Terminal control characters must not reach the terminal from a file, a target or a query. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to replace
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, '\ufffd');
}
