const startWords = 4096;

/** A list of unsigned 32-bit words. */
export class GrowingWords {
  #words = new Uint32Array(startWords);
  length = 0;

  push(word: number): void {
    if (this.length === this.#words.length) {
      const grown = new Uint32Array(2 * this.length);
      grown.set(this.#words);
      this.#words = grown;
    }
    this.#words[this.length++] = word;
  }

  increment(index: number): void {
    this.#words[index] = (this.#words[index] as number) + 1;
  }

  /** A view; valid until the next `push`. */
  get words(): Uint32Array {
    return this.#words.subarray(0, this.length);
  }
}
