/** Series with a pair of name and value, as a count and a sum of hashes: whoever has the same list has the same sums. */
export class PairPostings {
  readonly #byName = new Map<number, Map<number, number>>();
  #counts = new Uint32Array(1024);
  #low = new Uint32Array(1024);
  #high = new Uint32Array(1024);
  #seen = new Uint8Array(1024);
  pairCount = 0;

  /** The pair's slot; -1 where no series has it. */
  find(name: number, value: number): number {
    return this.#byName.get(name)?.get(value) ?? -1;
  }

  add(name: number, value: number, id: number): void {
    let values = this.#byName.get(name);
    if (values === undefined) {
      values = new Map();
      this.#byName.set(name, values);
    }
    let slot = values.get(value);
    if (slot === undefined) {
      slot = this.pairCount++;
      values.set(value, slot);
      if (slot === this.#counts.length) this.#grow();
    }
    this.#counts[slot] = (this.#counts[slot] as number) + 1;
    this.#low[slot] = (this.#low[slot] as number) + hashLow(id);
    this.#high[slot] = (this.#high[slot] as number) + hashHigh(id);
  }

  #grow(): void {
    const doubled = (from: Uint32Array): Uint32Array<ArrayBuffer> => {
      const to = new Uint32Array(2 * from.length);
      to.set(from);
      return to;
    };
    this.#counts = doubled(this.#counts);
    this.#low = doubled(this.#low);
    this.#high = doubled(this.#high);
    const seen = new Uint8Array(this.#counts.length);
    seen.set(this.#seen);
    this.#seen = seen;
  }

  countOf(slot: number): number {
    return this.#counts[slot] as number;
  }

  equals(slot: number, sums: PostingSums): boolean {
    return (
      this.#counts[slot] === sums.count &&
      this.#low[slot] === sums.low >>> 0 &&
      this.#high[slot] === sums.high >>> 0
    );
  }

  /** False where the pair was marked before. */
  mark(slot: number): boolean {
    if (this.#seen[slot] === 1) return false;
    this.#seen[slot] = 1;
    return true;
  }

  /** Pairs that were never marked. */
  *unmarked(): Generator<readonly [name: number, value: number]> {
    for (const [name, values] of this.#byName) {
      for (const [value, slot] of values) if (this.#seen[slot] !== 1) yield [name, value];
    }
  }
}

/** Of one list of postings. */
export class PostingSums {
  count = 0;
  low = 0;
  high = 0;

  reset(): void {
    this.count = 0;
    this.low = 0;
    this.high = 0;
  }

  add(id: number): void {
    this.count++;
    this.low = (this.low + hashLow(id)) | 0;
    this.high = (this.high + hashHigh(id)) | 0;
  }
}

function hashLow(id: number): number {
  let h = Math.imul(id ^ (id >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

function hashHigh(id: number): number {
  let h = Math.imul(id ^ (id >>> 15), 0x2c1b3c6d);
  h = Math.imul(h ^ (h >>> 12), 0x297a2d39);
  return (h ^ (h >>> 15)) >>> 0;
}
