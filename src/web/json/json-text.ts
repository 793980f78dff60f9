import { escapeJsonCharacter, jsonString } from '../../base/index.js';
import type { Labels } from '../../model/index.js';

// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON must escape them.
const escapedInLabels = /["\\\u0000-\u001f]/g;

/** A JSON string as upstream writes names and values of label sets: `<`, `>` and `&` stand as they are. */
export function jsonLabelString(text: string): string {
  return `"${text.replace(escapedInLabels, escapeJsonCharacter)}"`;
}

/** A JSON string as Go's encoding/json writes it; the results of string queries go through it. */
export function jsonStandardString(text: string): string {
  return jsonString(text).replace(/\\u0008|\\u000c|\\\\/g, (found) => {
    if (found === '\\\\') return found;
    return found === '\\u0008' ? '\\b' : '\\f';
  });
}

/** A label set as an object in label order. */
export function jsonLabels(labels: Labels): string {
  const { pairs } = labels;
  let text = '{';
  for (let i = 0; i < pairs.length; i += 2) {
    if (i > 0) text += ',';
    text += `${jsonLabelString(pairs[i] as string)}:${jsonLabelString(pairs[i + 1] as string)}`;
  }
  return `${text}}`;
}
