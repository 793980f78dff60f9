import { seriesAlignBytes } from './format.js';

/** So much memory at most remembers what was checked: enough for the first 128 MiB of an index. */
export const mostCheckedBytes = 1 << 20;
const bitsOfWord = 32;

/**
 * The series of an index whose checksums were found to be right, a bit each. An entry is checked when it is first
 * read after opening and not again: what is damaged on disk later is told by the next opening. Series that stand
 * behind the bound, and those of version 1, whose numbers are offsets, are checked whenever they are read.
 */
export class CheckedSeries {
  readonly #limit: number;
  #words = new Uint32Array(0);

  constructor(indexBytes: number, version: number) {
    const numbers = version === 1 ? 0 : Math.ceil(indexBytes / seriesAlignBytes);
    this.#limit = Math.min(numbers, 8 * mostCheckedBytes);
  }

  get sizeBytes(): number {
    return this.#words.byteLength;
  }

  has(id: number): boolean {
    const word = id >>> 5;
    return word < this.#words.length && ((this.#words[word] as number) & (1 << (id & 31))) !== 0;
  }

  add(id: number): void {
    if (id >= this.#limit) return;
    if (this.#words.length === 0) this.#words = new Uint32Array(Math.ceil(this.#limit / bitsOfWord));
    const word = id >>> 5;
    this.#words[word] = (this.#words[word] as number) | (1 << (id & 31));
  }
}
