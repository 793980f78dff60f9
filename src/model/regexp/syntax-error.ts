import { RE2JS, RE2JSException } from 're2js';

/** A pattern that RE2 refuses; the message is Go's. */
export class RegexpSyntaxError extends Error {
  override readonly name = 'RegexpSyntaxError';
}

/**
 * Throws `RegexpSyntaxError` with the text Go has for the pattern. `flags` are re2js's; with `DOTALL`, `.`
 * matches newlines.
 */
export function compileEngine(pattern: string, flags = 0): RE2JS {
  checkWellFormed(pattern);
  try {
    return RE2JS.compile(pattern, flags);
  } catch (error) {
    throw goSyntaxError(error, pattern);
  }
}

/** Go reads patterns as UTF-8 and names the rest of the pattern from the first stray byte on. */
function checkWellFormed(pattern: string): void {
  if (pattern.isWellFormed()) return;
  let stray = 0;
  for (const character of pattern) {
    if (!character.isWellFormed()) break;
    stray += character.length;
  }
  throw new RegexpSyntaxError(`error parsing regexp: invalid UTF-8: \`${pattern.slice(stray)}\``);
}

/** re2js has Go's texts, save where they quote the whole pattern. */
function goSyntaxError(error: unknown, pattern: string): unknown {
  // A pattern nested beyond all limits may exhaust the stack before the limit is looked at.
  if (error instanceof RangeError) {
    return new RegexpSyntaxError(`error parsing regexp: expression nests too deeply: \`${pattern}\``);
  }
  if (!(error instanceof RE2JSException)) return error;
  const { message } = error;
  if (/: (?:expression nests too deeply|expression too large)$/.test(message)) {
    return new RegexpSyntaxError(`${message}: \`${pattern}\``);
  }
  if (message.endsWith(': trailing backslash at end of expression')) {
    return new RegexpSyntaxError(`${message}: \`\``);
  }
  const quotedWhole = `\`(?s)${pattern}\``;
  if (message.endsWith(quotedWhole)) {
    return new RegexpSyntaxError(`${message.slice(0, -quotedWhole.length)}\`${pattern}\``);
  }
  return new RegexpSyntaxError(message);
}
