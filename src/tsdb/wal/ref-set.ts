const pageBits = 15;
const refsOfPage = 2 ** pageBits;

interface Page {
  readonly words: Uint32Array;
  count: number;
}

/**
 * A set of series references, a bit each in pages of 4 KiB: references rise one by one, so that a million of them are
 * a few pages, where a `Set` would be rehashed in one long pause and read whole by each collection of garbage.
 */
export class RefSet {
  readonly #pages = new Map<number, Page>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  has(ref: number): boolean {
    const words = this.#pages.get(Math.floor(ref / refsOfPage))?.words;
    return words !== undefined && ((words[wordOf(ref)] as number) & bitOf(ref)) !== 0;
  }

  /** False where it was there before. */
  add(ref: number): boolean {
    const key = Math.floor(ref / refsOfPage);
    let page = this.#pages.get(key);
    if (page === undefined) {
      page = { words: new Uint32Array(refsOfPage / 32), count: 0 };
      this.#pages.set(key, page);
    }
    const word = wordOf(ref);
    const before = page.words[word] as number;
    if ((before & bitOf(ref)) !== 0) return false;
    page.words[word] = before | bitOf(ref);
    page.count++;
    this.#size++;
    return true;
  }

  delete(ref: number): void {
    const key = Math.floor(ref / refsOfPage);
    const page = this.#pages.get(key);
    const before = page?.words[wordOf(ref)] ?? 0;
    if (page === undefined || (before & bitOf(ref)) === 0) return;
    page.words[wordOf(ref)] = before & ~bitOf(ref);
    this.#size--;
    if (--page.count === 0) this.#pages.delete(key);
  }
}

function wordOf(ref: number): number {
  return (ref % refsOfPage) >>> 5;
}

function bitOf(ref: number): number {
  return 1 << (ref % 32);
}
