/** Which bytes of a file were accounted for, as spans that neither touch nor overlap. */
export class Coverage {
  /** Start and end of each span, rising: one span where bytes are told in order. */
  readonly #bounds: number[] = [];

  /** False where a byte of it was accounted for before. */
  add(start: number, end: number): boolean {
    const bounds = this.#bounds;
    const lastEnd = bounds.at(-1);
    if (lastEnd === undefined || start > lastEnd) {
      bounds.push(start, end);
      return true;
    }
    if (start === lastEnd) {
      bounds[bounds.length - 1] = end;
      return true;
    }
    const at = this.#spanFrom(start);
    const before = bounds[2 * at - 1];
    const after = bounds[2 * at];
    if ((before !== undefined && before > start) || (after !== undefined && after < end)) return false;
    const joinsBefore = before === start;
    const joinsAfter = after === end;
    if (joinsBefore && joinsAfter) bounds.splice(2 * at - 1, 2);
    else if (joinsBefore) bounds[2 * at - 1] = end;
    else if (joinsAfter) bounds[2 * at] = start;
    else bounds.splice(2 * at, 0, start, end);
    return true;
  }

  /** The number of the first span that begins at `start` or later. */
  #spanFrom(start: number): number {
    let low = 0;
    let high = this.#bounds.length / 2;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#bounds[2 * middle] as number) < start) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Spans between `start` and `end` that were not accounted for. */
  *gaps(start: number, end: number): Generator<{ readonly start: number; readonly end: number }> {
    let at = start;
    for (let i = 0; i < this.#bounds.length; i += 2) {
      const from = this.#bounds[i] as number;
      if (from > at) yield { start: at, end: from };
      at = Math.max(at, this.#bounds[i + 1] as number);
    }
    if (at < end) yield { start: at, end };
  }
}
