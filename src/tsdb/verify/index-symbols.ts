import type { FileCursor } from '../index/index.js';

function compare(
  a: Uint8Array,
  aStart: number,
  aLength: number,
  b: Uint8Array,
  bStart: number,
  bLength: number,
) {
  const shorter = Math.min(aLength, bLength);
  for (let i = 0; i < shorter; i++) {
    const difference = (a[aStart + i] as number) - (b[bStart + i] as number);
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/** The symbols of an index by their number, found by their text. */
export class CheckedSymbols {
  readonly count: number;
  /** The first that is not behind the one before it. */
  readonly firstUnsorted: number | undefined;
  readonly #bytes: Uint8Array;
  /** Where each begins in the section, with its length before it. */
  readonly #entries: Uint32Array;
  readonly #starts: Uint32Array;
  readonly #lengths: Uint32Array;
  readonly #byOffset: boolean;
  readonly #sectionOffset: number;

  /** `section` is over a copy of the section's content. Throws `CorruptionError`. */
  constructor(section: FileCursor, version: number) {
    this.#bytes = section.bytes;
    this.#byOffset = version === 1;
    this.#sectionOffset = section.fileOffset;
    const count = section.u32();
    if (count > section.end - section.at)
      section.fail(`${count} symbols`, `${section.end - section.at} bytes`);
    this.count = count;
    this.#entries = new Uint32Array(count);
    this.#starts = new Uint32Array(count);
    this.#lengths = new Uint32Array(count);
    let unsorted: number | undefined;
    for (let i = 0; i < count; i++) {
      this.#entries[i] = section.at;
      const length = section.uvarint();
      this.#starts[i] = section.skip(length);
      this.#lengths[i] = length;
      if (i > 0 && unsorted === undefined && this.#order(i - 1, i) >= 0) unsorted = i;
    }
    if (section.at < section.end) section.fail('the end of the symbols', `${section.end - section.at} bytes`);
    this.firstUnsorted = unsorted;
  }

  #order(a: number, b: number): number {
    const starts = this.#starts;
    const lengths = this.#lengths;
    return compare(
      this.#bytes,
      starts[a] as number,
      lengths[a] as number,
      this.#bytes,
      starts[b] as number,
      lengths[b] as number,
    );
  }

  /** The number of the symbol that a series names, or -1: from version 2 on the same, in version 1 an offset. */
  numberOf(symbol: number): number {
    if (!this.#byOffset) return symbol < this.count ? symbol : -1;
    const at = symbol - this.#sectionOffset;
    const entries = this.#entries;
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((entries[middle] as number) < at) low = middle + 1;
      else high = middle;
    }
    return entries[low] === at && low < this.count ? low : -1;
  }

  /** The number of a text, or -1. */
  find(bytes: Uint8Array, at: number, length: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const start = this.#starts[middle] as number;
      const order = compare(this.#bytes, start, this.#lengths[middle] as number, bytes, at, length);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle;
    }
    return -1;
  }

  text(number: number): string {
    const start = this.#starts[number] as number;
    return new TextDecoder().decode(this.#bytes.slice(start, start + (this.#lengths[number] as number)));
  }
}
