import { decodeUtf8, encodeUtf8, isUtf8, utf8SequenceLength } from '../../base/index.js';

const replacementCharacter = '\ufffd';

/**
 * A query with its UTF-16 text for scanning and its UTF-8 bytes for positions, which upstream counts in
 * bytes.
 */
export class SourceText {
  readonly text: string;
  readonly byteLength: number;
  readonly #bytes: Uint8Array;
  /** Byte offset of every UTF-16 index; undefined where the two are the same (ASCII). */
  readonly #offsets: Int32Array | undefined;

  private constructor(text: string, bytes: Uint8Array, offsets: Int32Array | undefined) {
    this.text = text;
    this.byteLength = bytes.length;
    this.#bytes = bytes;
    this.#offsets = offsets;
  }

  static from(source: string | Uint8Array): SourceText {
    if (typeof source === 'string') {
      const bytes = encodeUtf8(source);
      return new SourceText(source, bytes, bytes.length === source.length ? undefined : offsetsOf(source));
    }
    if (!isUtf8(source, 0, source.length)) return SourceText.#fromInvalidUtf8(source);
    const text = decodeUtf8(source);
    return new SourceText(text, source, text.length === source.length ? undefined : offsetsOf(text));
  }

  /**
   * Every byte that belongs to no UTF-8 sequence becomes one U+FFFD of width 1, as Go ranges over a string.
   */
  static #fromInvalidUtf8(bytes: Uint8Array): SourceText {
    const offsets = new Int32Array(bytes.length + 1);
    const parts: string[] = [];
    let index = 0;
    for (let at = 0; at < bytes.length; ) {
      const width = utf8SequenceLength(bytes, at, bytes.length);
      const part = width > 0 ? decodeUtf8(bytes.subarray(at, at + width)) : replacementCharacter;
      for (let unit = 0; unit < part.length; unit++) offsets[index++] = at;
      parts.push(part);
      at += Math.max(width, 1);
    }
    offsets[index] = bytes.length;
    return new SourceText(parts.join(''), bytes, offsets);
  }

  byteOffset(index: number): number {
    return this.#offsets === undefined ? index : (this.#offsets[index] as number);
  }

  /** The byte at an offset, or -1 outside the text. */
  byteAt(offset: number): number {
    return this.#bytes[offset] ?? -1;
  }

  isSpaceAt(offset: number): boolean {
    const byte = this.byteAt(offset);
    return byte === 0x20 || byte === 0x09 || byte === 0x0a || byte === 0x0d;
  }

  /** Line and column in bytes, both from 1, of a byte offset. */
  lineAndColumn(offset: number): { readonly line: number; readonly column: number } {
    let line = 1;
    let lastBreak = -1;
    for (let i = this.#bytes.indexOf(0x0a); i >= 0 && i < offset; i = this.#bytes.indexOf(0x0a, i + 1)) {
      line++;
      lastBreak = i;
    }
    return { line, column: offset - lastBreak };
  }
}

function offsetsOf(text: string): Int32Array {
  const offsets = new Int32Array(text.length + 1);
  let at = 0;
  for (let i = 0; i < text.length; ) {
    const point = text.codePointAt(i) as number;
    offsets[i++] = at;
    if (point > 0xffff) offsets[i++] = at;
    at += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x10000 ? 3 : 4;
  }
  offsets[text.length] = at;
  return offsets;
}
