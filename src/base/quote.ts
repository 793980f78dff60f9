import { isPrintable } from './quote-printable.js';

/**
 * A byte that is no part of UTF-8 text, as literals such as "\xff" make them: it is kept as a lone surrogate
 * U+DC80 to U+DCFF, which no well-formed text holds, so that `isWellFormed()` tells such texts from others.
 */
const firstStrayByte = 0xdc80;
const lastStrayByte = 0xdcff;

const nothingToEscape = /^[ !#-[\]-~]*$/;

const namedEscapes: ReadonlyMap<number, string> = new Map([
  [0x07, '\\a'],
  [0x08, '\\b'],
  [0x09, '\\t'],
  [0x0a, '\\n'],
  [0x0b, '\\v'],
  [0x0c, '\\f'],
  [0x0d, '\\r'],
  [0x22, '\\"'],
  [0x5c, '\\\\'],
]);

/**
 * Go's strconv.Quote: printable characters stand as they are, others are escaped. Stray bytes become
 * `\xff`, other lone surrogates U+FFFD. Source: strconv/quote.go.
 */
export function quoteGo(text: string): string {
  return nothingToEscape.test(text) ? `"${text}"` : quote(text, false);
}

/** Go's strconv.QuoteToASCII: as `quoteGo`, with everything beyond ASCII escaped. */
export function quoteGoAscii(text: string): string {
  return quote(text, true);
}

function quote(text: string, asciiOnly: boolean): string {
  let quoted = '"';
  for (const character of text) quoted += escapeCharacter(character, asciiOnly);
  return `${quoted}"`;
}

function escapeCharacter(character: string, asciiOnly: boolean): string {
  let codePoint = character.codePointAt(0) as number;
  if (codePoint >= firstStrayByte && codePoint <= lastStrayByte) return `\\x${hex(codePoint - 0xdc00, 2)}`;
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  if (isSurrogate) codePoint = 0xfffd;
  const named = namedEscapes.get(codePoint);
  if (named !== undefined) return named;
  if (codePoint < 0x80 ? isPrintable(codePoint) : !asciiOnly && isPrintable(codePoint)) {
    return isSurrogate ? '\ufffd' : character;
  }
  if (codePoint < 0x20 || codePoint === 0x7f) return `\\x${hex(codePoint, 2)}`;
  return codePoint < 0x10000 ? `\\u${hex(codePoint, 4)}` : `\\U${hex(codePoint, 8)}`;
}

function hex(value: number, digits: number): string {
  return value.toString(16).padStart(digits, '0');
}
