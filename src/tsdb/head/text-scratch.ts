import { encodeUtf8 } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';

const firstBytes = 16_384;
const firstPairs = 256;

/** A label set as the kernels take it: each text a word of bytes and the bytes, 0 up to a multiple of 4. */
export class TextScratch {
  readonly #kernels: Kernels;
  #at: number;
  #bytes = firstBytes;
  #pairsAt: number;
  #pairs = firstPairs;

  constructor(kernels: Kernels) {
    this.#kernels = kernels;
    this.#at = kernels.alloc(firstBytes);
    this.#pairsAt = kernels.alloc(firstPairs * 4);
  }

  /** Valid until the next call. Throws `KernelMemoryError` where a giant label set has no room. */
  write(texts: readonly string[]): { readonly at: number; readonly pairsAt: number } {
    this.#reserve(texts);
    const kernels = this.#kernels;
    const { bytes, words } = kernels;
    let at = this.#at;
    for (const text of texts) {
      const length = writeText(bytes, at + 4, text);
      words[at >>> 2] = length;
      const end = at + 4 + length;
      at = (end + 3) & ~3;
      if (at < 0) at += 2 ** 32;
      for (let i = end; i < at; i++) bytes[i] = 0;
    }
    return { at: this.#at, pairsAt: this.#pairsAt };
  }

  #reserve(texts: readonly string[]): void {
    let most = 0;
    for (const text of texts) most += text.length * 3 + 8;
    if (most > this.#bytes) {
      const at = this.#kernels.alloc(most);
      this.#kernels.free(this.#at, this.#bytes);
      this.#at = at;
      this.#bytes = most;
    }
    this.pairsRoom(texts.length / 2);
  }

  /** Room for the addresses of so many label pairs; valid until the next call. */
  pairsRoom(pairs: number): number {
    if (pairs > this.#pairs) {
      const at = this.#kernels.alloc(pairs * 8);
      this.#kernels.free(this.#pairsAt, this.#pairs * 4);
      this.#pairsAt = at;
      this.#pairs = pairs * 2;
    }
    return this.#pairsAt;
  }
}

/** The number of bytes. */
function writeText(bytes: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) {
      const encoded = encodeUtf8(text);
      bytes.set(encoded, at);
      return encoded.length;
    }
    bytes[at + i] = code;
  }
  return text.length;
}
