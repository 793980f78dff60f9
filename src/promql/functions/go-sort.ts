/**
 * The order in which Go's sort leaves what compares equal, or by no consistent order at all: PromQL answers show it. A
 * pattern-defeating quicksort, with pivots and shuffles where Go has them. Source: the Go standard library, package slices.
 */

const mostInserted = 12;
const fewestShifted = 50;
const fewestNinthed = 50;
const mostSwaps = 12;
const mostDisorders = 5;

type Less<T> = (a: T, b: T) => boolean;

export function goSort<T>(items: T[], less: Less<T>): void {
  new PatternSort(items, less).sort(0, items.length, bitLength(items.length));
}

function bitLength(n: number): number {
  return n === 0 ? 0 : 32 - Math.clz32(n);
}

interface Pivot {
  at: number;
  readonly swaps: number;
}

class PatternSort<T> {
  readonly #items: T[];
  readonly #less: Less<T>;
  #swaps = 0;

  constructor(items: T[], less: Less<T>) {
    this.#items = items;
    this.#less = less;
  }

  #isLess(i: number, j: number): boolean {
    return this.#less(this.#items[i] as T, this.#items[j] as T);
  }

  #swap(i: number, j: number): void {
    const item = this.#items[i] as T;
    this.#items[i] = this.#items[j] as T;
    this.#items[j] = item;
  }

  /** Items `first` to `last` (excluded); after `limit` bad choices of a pivot as a heap. */
  sort(first: number, last: number, limit: number): void {
    let [from, to, left] = [first, last, limit];
    let [wasBalanced, wasPartitioned] = [true, true];
    for (;;) {
      const length = to - from;
      if (length <= mostInserted || left === 0) {
        if (length <= mostInserted) this.#insert(from, to);
        else this.#heap(from, to);
        return;
      }
      if (!wasBalanced) {
        this.#breakPatterns(from, to);
        left--;
      }
      const pivot = this.#choosePivot(from, to);
      const isFalling = pivot.swaps === mostSwaps;
      if (isFalling) {
        this.#reverse(from, to);
        pivot.at = to - 1 - (pivot.at - from);
      }
      const mayBeSorted = wasBalanced && wasPartitioned && (isFalling || pivot.swaps === 0);
      if (mayBeSorted && this.#insertSome(from, to)) return;
      if (from > 0 && !this.#isLess(from - 1, pivot.at)) {
        from = this.#partitionEqual(from, to, pivot.at);
        continue;
      }
      const middle = this.#partition(from, to, pivot.at);
      wasPartitioned = middle.wasDone;
      const [before, behind] = [middle.at - from, to - middle.at];
      wasBalanced = Math.min(before, behind) >= Math.floor(length / 8);
      if (before < behind) {
        this.sort(from, middle.at, left);
        from = middle.at + 1;
      } else {
        this.sort(middle.at + 1, to, left);
        to = middle.at;
      }
    }
  }

  #insert(from: number, to: number): void {
    for (let i = from + 1; i < to; i++)
      for (let j = i; j > from && this.#isLess(j, j - 1); j--) this.#swap(j, j - 1);
  }

  /** Mends a few disorders; says whether that was enough. */
  #insertSome(from: number, to: number): boolean {
    let i = from + 1;
    for (let mended = 0; mended < mostDisorders; mended++) {
      while (i < to && !this.#isLess(i, i - 1)) i++;
      if (i === to) return true;
      if (to - from < fewestShifted) return false;
      this.#swap(i, i - 1);
      if (i - from >= 2) for (let j = i - 1; j >= 1 && this.#isLess(j, j - 1); j--) this.#swap(j, j - 1);
      if (to - i >= 2) for (let j = i + 1; j < to && this.#isLess(j, j - 1); j++) this.#swap(j, j - 1);
    }
    return false;
  }

  #heap(from: number, to: number): void {
    const length = to - from;
    for (let i = Math.trunc((length - 1) / 2); i >= 0; i--) this.#siftDown(i, length, from);
    for (let i = length - 1; i >= 0; i--) {
      this.#swap(from, from + i);
      this.#siftDown(0, i, from);
    }
  }

  #siftDown(root: number, length: number, from: number): void {
    for (let at = root; ; ) {
      let child = 2 * at + 1;
      if (child >= length) return;
      if (child + 1 < length && this.#isLess(from + child, from + child + 1)) child++;
      if (!this.#isLess(from + at, from + child)) return;
      this.#swap(from + at, from + child);
      at = child;
    }
  }

  /** Swaps three items around the middle with others, by a random number that the length decides. */
  #breakPatterns(from: number, to: number): void {
    const length = to - from;
    if (length < 8) return;
    let random = BigInt(length);
    const mask = (1n << BigInt(bitLength(length))) - 1n;
    const middle = from + Math.floor(length / 4) * 2;
    for (let at = middle - 1; at <= middle + 1; at++) {
      random = BigInt.asUintN(64, random ^ (random << 13n));
      random ^= random >> 7n;
      random = BigInt.asUintN(64, random ^ (random << 17n));
      const other = Number(random & mask);
      this.#swap(at, from + (other >= length ? other - length : other));
    }
  }

  #choosePivot(from: number, to: number): Pivot {
    const length = to - from;
    const quarter = Math.floor(length / 4);
    let [a, b, c] = [from + quarter, from + quarter * 2, from + quarter * 3];
    this.#swaps = 0;
    if (length >= fewestNinthed) {
      a = this.#median(a - 1, a, a + 1);
      b = this.#median(b - 1, b, b + 1);
      c = this.#median(c - 1, c, c + 1);
    }
    if (length >= 8) b = this.#median(a, b, c);
    return { at: b, swaps: this.#swaps };
  }

  #median(first: number, second: number, third: number): number {
    let [a, b, c] = [first, second, third];
    if (this.#isOut(a, b)) [a, b] = [b, a];
    if (this.#isOut(b, c)) [b, c] = [c, b];
    if (this.#isOut(a, b)) [a, b] = [b, a];
    return b;
  }

  #isOut(a: number, b: number): boolean {
    const isOut = this.#isLess(b, a);
    if (isOut) this.#swaps++;
    return isOut;
  }

  #reverse(from: number, to: number): void {
    for (let [i, j] = [from, to - 1]; i < j; i++, j--) this.#swap(i, j);
  }

  /** What is less than the pivot before it, all else behind it; `wasDone` where that was so. */
  #partition(from: number, to: number, pivot: number): { readonly at: number; readonly wasDone: boolean } {
    this.#swap(from, pivot);
    let [i, j] = [from + 1, to - 1];
    for (let wasDone = true; ; wasDone = false) {
      while (i <= j && this.#isLess(i, from)) i++;
      while (i <= j && !this.#isLess(j, from)) j--;
      if (i > j) {
        this.#swap(j, from);
        return { at: j, wasDone };
      }
      this.#swap(i++, j--);
    }
  }

  /** What equals the pivot first; answers where the rest begins. */
  #partitionEqual(from: number, to: number, pivot: number): number {
    this.#swap(from, pivot);
    let [i, j] = [from + 1, to - 1];
    for (;;) {
      while (i <= j && !this.#isLess(from, i)) i++;
      while (i <= j && this.#isLess(from, j)) j--;
      if (i > j) return i;
      this.#swap(i++, j--);
    }
  }
}
