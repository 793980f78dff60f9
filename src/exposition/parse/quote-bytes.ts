import { decodeUtf8Loose, quoteGo } from '../../base/index.js';

/** A message shows at most so many bytes of a page, so that no page makes one that cannot be built. */
const longestSnippetBytes = 1 << 20;

/** Go's `%q` of a range of bytes; one that ends behind the last byte has the line feed that the format adds. */
export function quoteBytes(bytes: Uint8Array, start: number, end: number): string {
  const shownEnd = Math.min(end, start + longestSnippetBytes);
  const text = decodeUtf8Loose(bytes, start, Math.min(shownEnd, bytes.length));
  return quoteGo(shownEnd > bytes.length ? `${text}\n` : text);
}
