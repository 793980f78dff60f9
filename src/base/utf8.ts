import { decodeUtf8 } from './bytes.js';

/**
 * Length of the well-formed UTF-8 sequence at `at`, or 0 when there is none before `end`: no overlong forms,
 * no surrogates, nothing above U+10FFFF.
 */
export function utf8SequenceLength(bytes: Uint8Array, at: number, end: number): number {
  const lead = bytes[at] as number;
  if (lead < 0x80) return 1;
  if (lead < 0xc2 || lead > 0xf4) return 0;
  const length = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  if (at + length > end) return 0;
  const second = bytes[at + 1] as number;
  const low = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const high = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < low || second > high) return 0;
  for (let i = 2; i < length; i++) if (((bytes[at + i] as number) & 0xc0) !== 0x80) return 0;
  return length;
}

export function isAscii(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; at++) if ((bytes[at] as number) >= 0x80) return false;
  return true;
}

/** The text of bytes that are known to be ASCII. */
export function decodeAscii(bytes: Uint8Array, start: number, end: number): string {
  if (end - start > 24) {
    return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');
  }
  let text = '';
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at] as number);
  return text;
}

export function isUtf8(bytes: Uint8Array, start: number, end: number): boolean {
  for (let at = start; at < end; ) {
    const length = utf8SequenceLength(bytes, at, end);
    if (length === 0) return false;
    at += length;
  }
  return true;
}

/**
 * The text of a byte range. A byte that is no UTF-8 becomes a lone surrogate U+DC80 to U+DCFF, as `quoteGo`
 * knows them, so that such a text stays told apart from a sound one.
 */
export function decodeUtf8Loose(bytes: Uint8Array, start = 0, end = bytes.length): string {
  if (isAscii(bytes, start, end)) return decodeAscii(bytes, start, end);
  if (isUtf8(bytes, start, end)) return decodeUtf8(bytes.subarray(start, end));
  const pieces: string[] = [];
  let soundStart = start;
  for (let at = start; at < end; ) {
    const length = utf8SequenceLength(bytes, at, end);
    if (length > 0) {
      at += length;
      continue;
    }
    if (soundStart < at) pieces.push(decodeUtf8(bytes.subarray(soundStart, at)));
    pieces.push(String.fromCharCode(0xdc00 + (bytes[at] as number)));
    at++;
    soundStart = at;
  }
  if (soundStart < end) pieces.push(decodeUtf8(bytes.subarray(soundStart, end)));
  return pieces.join('');
}
