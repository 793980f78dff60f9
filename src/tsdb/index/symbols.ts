import { decodeAscii, decodeUtf8, isAscii } from '../../base/index.js';
import type { FileCursor } from './file-cursor.js';

/** Of symbols every so manieth is found without walking. */
const sampledEvery = 8;
/** Texts up to it are decoded quicker by hand. */
const shortBytes = 24;

/** The text of `length` bytes at `at`. */
export function textOf(bytes: Uint8Array, at: number, length: number): string {
  const end = at + length;
  if (length <= shortBytes && isAscii(bytes, at, end)) return decodeAscii(bytes, at, end);
  return decodeUtf8(bytes.subarray(at, end));
}

/** Compares `length` bytes at `at` with `other`, as Go compares strings. */
export function compareBytes(bytes: Uint8Array, at: number, length: number, other: Uint8Array): number {
  const shorter = Math.min(length, other.length);
  for (let i = 0; i < shorter; i++) {
    const difference = (bytes[at + i] as number) - (other[i] as number);
    if (difference !== 0) return difference;
  }
  return length - other.length;
}

/**
 * The index's strings, kept as bytes. A symbol is named by its ordinal number; in version 1 by its offset in
 * the file.
 */
export class IndexSymbols {
  readonly count: number;
  readonly #cursor: FileCursor;
  readonly #byOffset: boolean;
  /** Of every 8th symbol, within the section. */
  readonly #samples: Uint32Array;

  constructor(section: FileCursor, version: number) {
    this.#cursor = section;
    this.#byOffset = version === 1;
    this.count = section.u32();
    if (this.count > section.end - section.at) {
      section.fail(`${this.count} symbols`, `${section.end - section.at} bytes`);
    }
    this.#samples = new Uint32Array(Math.ceil(this.count / sampledEvery));
    for (let i = 0; i < this.count; i++) {
      if (i % sampledEvery === 0) this.#samples[i / sampledEvery] = section.at;
      section.skip(section.uvarint());
    }
  }

  /** Numbers are below it; 0 in version 1, where they are offsets. */
  get limit(): number {
    return this.#byOffset ? 0 : this.count;
  }

  get sizeBytes(): number {
    return this.#cursor.bytes.length + this.#samples.byteLength;
  }

  /** Throws `CorruptionError` where there is no such symbol. */
  text(symbol: number): string {
    const cursor = this.#cursor;
    this.#seek(symbol);
    const length = cursor.uvarint();
    return textOf(cursor.bytes, cursor.skip(length), length);
  }

  /** Of the symbol's text. Throws as `text`. */
  byteLength(symbol: number): number {
    this.#seek(symbol);
    return this.#cursor.uvarint();
  }

  #seek(symbol: number): void {
    const cursor = this.#cursor;
    if (this.#byOffset) {
      const at = symbol - cursor.fileOffset;
      if (!(at >= 4 && at < cursor.end)) cursor.fail('a symbol within the table', `offset ${symbol}`, 0);
      cursor.at = at;
      return;
    }
    if (!(symbol < this.count)) cursor.fail(`a symbol below ${this.count}`, `${symbol}`, 0);
    cursor.at = this.#samples[Math.floor(symbol / sampledEvery)] as number;
    for (let left = symbol % sampledEvery; left > 0; left--) cursor.skip(cursor.uvarint());
  }

  /** All of them, in the table's order, which is that of their bytes. */
  *texts(): Generator<string> {
    const cursor = this.#cursor;
    let at = 4;
    for (let i = 0; i < this.count; i++) {
      cursor.at = at;
      const length = cursor.uvarint();
      const start = cursor.skip(length);
      at = cursor.at;
      yield textOf(cursor.bytes, start, length);
    }
  }
}
