/**
 * The heap behind topk, bottomk, limitk and limit_ratio: which of equal values stay, and in what order, follows from
 * how it sifts. NaN sorts before every number, in both directions. Source: container/heap, promql/functions.go.
 */
export class ValueHeap {
  readonly #values: number[] = [];
  readonly #rows: number[] = [];
  readonly #descending: boolean;

  /** Ascending has the smallest value on top, descending the greatest. */
  constructor(descending: boolean) {
    this.#descending = descending;
  }

  get length(): number {
    return this.#values.length;
  }

  clear(): void {
    this.#values.length = 0;
    this.#rows.length = 0;
  }

  get top(): number {
    return this.#values[0] as number;
  }

  #less(i: number, j: number): boolean {
    const a = this.#values[i] as number;
    const b = this.#values[j] as number;
    if (Number.isNaN(a)) return true;
    return this.#descending ? a > b : a < b;
  }

  #swap(i: number, j: number): void {
    const value = this.#values[i] as number;
    const row = this.#rows[i] as number;
    this.#values[i] = this.#values[j] as number;
    this.#rows[i] = this.#rows[j] as number;
    this.#values[j] = value;
    this.#rows[j] = row;
  }

  push(value: number, row: number): void {
    this.#values.push(value);
    this.#rows.push(row);
    let child = this.#values.length - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      if (!this.#less(child, parent)) break;
      this.#swap(parent, child);
      child = parent;
    }
  }

  replaceTop(value: number, row: number): void {
    this.#values[0] = value;
    this.#rows[0] = row;
    let parent = 0;
    for (;;) {
      const left = 2 * parent + 1;
      if (left >= this.#values.length) return;
      const right = left + 1;
      const child = right < this.#values.length && this.#less(right, left) ? right : left;
      if (!this.#less(child, parent)) return;
      this.#swap(parent, child);
      parent = child;
    }
  }

  /** Rows as they lie in the heap. */
  rows(): readonly number[] {
    return this.#rows;
  }

  /** Rows from the best value down to the one on top; equal ones as they lie in the heap. */
  rowsBestFirst(): number[] {
    const order = this.#rows.map((_, i) => i);
    order.sort((i, j) => {
      if (this.#less(j, i)) return this.#less(i, j) ? 0 : -1;
      return this.#less(i, j) ? 1 : 0;
    });
    return order.map((i) => this.#rows[i] as number);
  }
}
