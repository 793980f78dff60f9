const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** UTF-8 bytes of a string; lone surrogates become U+FFFD. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text);
}

/** Text of UTF-8 bytes; what is not UTF-8 becomes U+FFFD. Reads shared memory too. */
export function decodeUtf8(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/**
 * Order of two strings by their UTF-8 bytes, as Go compares strings. UTF-16 code units order the same, save that
 * surrogates (code points above U+FFFF) must sort behind U+E000 to U+FFFF.
 */
export function compareUtf8(a: string, b: string): number {
  if (a === b) return 0;
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) {
      const xHigh = x >= 0xd800 && x < 0xe000;
      const yHigh = y >= 0xd800 && y < 0xe000;
      if (xHigh !== yHigh) return xHigh ? 1 : -1;
      return x < y ? -1 : 1;
    }
  }
  return a.length - b.length;
}
