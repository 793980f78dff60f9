import { decodeUtf8Loose } from './utf8.js';

/**
 * The value of a literal in double quotes, single quotes or backquotes, or undefined when it is none.
 * Within single quotes the escapes are those of double quotes. Bytes that are no UTF-8 are kept as
 * `quoteGo` writes them. Source: util/strutil/quote.go.
 */
export function unquoteGo(literal: string): string | undefined {
  const quote = literal[0];
  if (literal.length < 2 || quote !== literal[literal.length - 1]) return undefined;
  const body = literal.slice(1, -1);
  if (quote === '`') return body.includes('`') ? undefined : body;
  if ((quote !== '"' && quote !== "'") || body.includes('\n')) return undefined;
  if (!body.includes('\\')) return body.includes(quote) ? undefined : body;
  return readBody(body, quote);
}

const plainEscapes: ReadonlyMap<string, string> = new Map([
  ['a', '\x07'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['v', '\v'],
  ['\\', '\\'],
]);

const hexDigits: ReadonlyMap<string, number> = new Map([
  ['x', 2],
  ['u', 4],
  ['U', 8],
]);

interface Escape {
  /** What it stands for: text, or one byte. */
  readonly value: string | number;
  /** Where the text goes on. */
  readonly end: number;
}

function readBody(body: string, quote: string): string | undefined {
  let text = '';
  // Bytes written one by one (\xe2\x98\xba) may together be UTF-8, so they are joined before they are
  // decoded.
  let bytes: number[] = [];
  let at = 0;
  while (at < body.length) {
    const character = body[at] as string;
    if (character === quote) return undefined;
    if (character !== '\\') {
      const escapeAt = body.indexOf('\\', at);
      const end = escapeAt < 0 ? body.length : escapeAt;
      const plain = body.slice(at, end);
      if (plain.includes(quote)) return undefined;
      text += decodeUtf8Loose(Uint8Array.from(bytes)) + plain;
      bytes = [];
      at = end;
      continue;
    }
    const found = readEscape(body, at + 1, quote);
    if (found === undefined) return undefined;
    if (typeof found.value === 'number') bytes.push(found.value);
    else {
      text += decodeUtf8Loose(Uint8Array.from(bytes)) + found.value;
      bytes = [];
    }
    at = found.end;
  }
  return text + decodeUtf8Loose(Uint8Array.from(bytes));
}

/** `start` is behind the backslash. */
function readEscape(body: string, start: number, quote: string): Escape | undefined {
  const letter = body[start];
  if (letter === undefined) return undefined;
  if (letter === quote) return { value: quote, end: start + 1 };
  const plain = plainEscapes.get(letter);
  if (plain !== undefined) return { value: plain, end: start + 1 };
  const digitCount = hexDigits.get(letter);
  if (digitCount === undefined) return readOctal(body, start);
  const digits = body.slice(start + 1, start + 1 + digitCount);
  if (digits.length < digitCount || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
  const code = Number.parseInt(digits, 16);
  const end = start + 1 + digitCount;
  if (letter === 'x') return { value: code, end };
  // From \U80000000 on upstream's number is negative, passes its check, and ends as its lowest byte.
  if (code >= 0x80000000) return { value: code & 0xff, end };
  if (code > 0x10ffff) return undefined;
  const isSurrogate = code >= 0xd800 && code <= 0xdfff;
  return { value: isSurrogate ? '\ufffd' : String.fromCodePoint(code), end };
}

function readOctal(body: string, start: number): Escape | undefined {
  const digits = body.slice(start, start + 3);
  if (!/^[0-7]{3}$/.test(digits)) return undefined;
  const code = Number.parseInt(digits, 8);
  return code > 255 ? undefined : { value: code, end: start + 3 };
}
