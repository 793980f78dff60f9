const noPair = -1;
const leastCapacity = 64;

/** Counts by pairs of two numbers below 2^32: open addressing, at most half full. */
export class PairTable {
  /** Of pair i, in the order of their coming. */
  firsts: Uint32Array;
  seconds: Uint32Array;
  counts: Uint32Array;
  sums: Float64Array;
  size = 0;
  #slots: Int32Array;

  /** `expected` pairs cost no growth. */
  constructor(expected: number) {
    const capacity = 2 ** Math.ceil(Math.log2(Math.max(leastCapacity, expected)));
    this.firsts = new Uint32Array(capacity);
    this.seconds = new Uint32Array(capacity);
    this.counts = new Uint32Array(capacity);
    this.sums = new Float64Array(capacity);
    this.#slots = new Int32Array(2 * capacity).fill(noPair);
  }

  /** `guess` is the number of any pair, which costs nothing where it is the right one. Answers the pair's number. */
  add(first: number, second: number, amount: number, guess: number): number {
    const isGuessed = guess < this.size && this.seconds[guess] === second && this.firsts[guess] === first;
    const pair = isGuessed ? guess : this.#find(first, second);
    this.counts[pair] = (this.counts[pair] as number) + 1;
    this.sums[pair] = (this.sums[pair] as number) + amount;
    return pair;
  }

  #find(first: number, second: number): number {
    if (this.size === this.firsts.length) this.#grow();
    const { firsts, seconds } = this;
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hashPair(first, second) & mask; ; slot = (slot + 1) & mask) {
      const pair = slots[slot] as number;
      if (pair !== noPair) {
        if (firsts[pair] === first && seconds[pair] === second) return pair;
        continue;
      }
      slots[slot] = this.size;
      firsts[this.size] = first;
      seconds[this.size] = second;
      return this.size++;
    }
  }

  #grow(): void {
    const { firsts, seconds, counts, sums } = this;
    const capacity = 2 * firsts.length;
    this.firsts = new Uint32Array(capacity);
    this.seconds = new Uint32Array(capacity);
    this.counts = new Uint32Array(capacity);
    this.sums = new Float64Array(capacity);
    this.firsts.set(firsts);
    this.seconds.set(seconds);
    this.counts.set(counts);
    this.sums.set(sums);
    const slots = new Int32Array(2 * capacity).fill(noPair);
    const mask = slots.length - 1;
    for (let pair = 0; pair < this.size; pair++) {
      let slot = hashPair(firsts[pair] as number, seconds[pair] as number) & mask;
      while (slots[slot] !== noPair) slot = (slot + 1) & mask;
      slots[slot] = pair;
    }
    this.#slots = slots;
  }
}

function hashPair(first: number, second: number): number {
  let hash = Math.imul(first, 0x9e3779b1) ^ Math.imul(second, 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return hash ^ (hash >>> 13);
}
