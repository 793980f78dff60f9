/** The lists of one block hold no more, by what strings and numbers take. */
export const mostListBytes = 256 << 10;
/** A string's object and place in a list, and its number. */
const valueBytes = 40;

/** The values of a name in the order of their bytes, and where the postings of each stand. */
export interface ValueList {
  readonly values: readonly string[];
  readonly offsets: Float64Array;
}

/** Decoded values of the names that were asked for of late. When a list finds no room, those before it go. */
export class ValueLists {
  readonly #lists = new Map<string, ValueList>();
  #bytes = 0;

  get sizeBytes(): number {
    return this.#bytes;
  }

  /** Whether so many values may find room. */
  takes(count: number): boolean {
    return count * valueBytes <= mostListBytes;
  }

  get(name: string): ValueList | undefined {
    return this.#lists.get(name);
  }

  put(name: string, list: ValueList): void {
    let bytes = 0;
    // A character takes two bytes at most.
    for (const value of list.values) bytes += valueBytes + 2 * value.length;
    if (bytes > mostListBytes) return;
    if (this.#bytes + bytes > mostListBytes) {
      this.#lists.clear();
      this.#bytes = 0;
    }
    this.#lists.set(name, list);
    this.#bytes += bytes;
  }
}
