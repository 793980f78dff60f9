/** Series references in a typed array that grows: eight bytes each, whatever stands behind them. */
export class RefList {
  #refs = new Float64Array(16);
  length = 0;

  push(ref: number): void {
    this.#reserve(this.length + 1);
    this.#refs[this.length++] = ref;
  }

  pushAll(refs: RefList | ArrayLike<number>): void {
    const from = refs instanceof RefList ? refs.view() : refs;
    this.#reserve(this.length + from.length);
    this.#refs.set(from, this.length);
    this.length += from.length;
  }

  /** Valid until the next change. */
  view(start = 0, end = this.length): Float64Array {
    return this.#refs.subarray(start, Math.min(end, this.length));
  }

  clear(): void {
    this.length = 0;
    if (this.#refs.length > 4096) this.#refs = new Float64Array(16);
  }

  #reserve(count: number): void {
    if (count <= this.#refs.length) return;
    const grown = new Float64Array(Math.max(count, this.#refs.length * 2));
    grown.set(this.view());
    this.#refs = grown;
  }
}

/** Of references in rising order: where `ref` stands, or -1. */
export function indexOfRef(sorted: Float64Array, ref: number): number {
  let low = 0;
  let high = sorted.length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = sorted[middle] as number;
    if (found === ref) return middle;
    if (found < ref) low = middle + 1;
    else high = middle - 1;
  }
  return -1;
}
