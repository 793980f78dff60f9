import type { ByteBudget } from './byte-budget.js';

/** Buffers for reuse, so that a scrape does not allocate its body anew. Keeps at most `maxKeptBytes`. */
export class BufferPool {
  readonly #free: Uint8Array<ArrayBuffer>[] = [];
  readonly #maxKeptBytes: number;
  #keptBytes = 0;

  constructor(maxKeptBytes: number) {
    this.#maxKeptBytes = maxKeptBytes;
  }

  /** A buffer of at least `bytes`; its content is unspecified. */
  take(bytes: number): Uint8Array<ArrayBuffer> {
    let best = -1;
    for (let i = 0; i < this.#free.length; i++) {
      const size = (this.#free[i] as Uint8Array).length;
      if (size >= bytes && (best < 0 || size < (this.#free[best] as Uint8Array).length)) best = i;
    }
    const found = best < 0 ? undefined : this.#free.splice(best, 1)[0];
    if (found === undefined)
      return new Uint8Array(Math.max(4096, 2 ** Math.ceil(Math.log2(Math.max(bytes, 1)))));
    this.#keptBytes -= found.length;
    return found;
  }

  give(buffer: Uint8Array<ArrayBuffer>): void {
    if (this.#keptBytes + buffer.length > this.#maxKeptBytes || this.#free.length >= 64) return;
    this.#keptBytes += buffer.length;
    this.#free.push(buffer);
  }
}

export type BodyRefusal = 'limit' | 'budget';

/** A body as it grows: every byte is taken from the budget, and none beyond the limit is kept. */
export class BodyBuffer {
  readonly #pool: BufferPool;
  readonly #budget: ByteBudget;
  readonly #limitBytes: number;
  #buffer: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** A body of `limitBytes` or more is refused; 0 for no limit. */
  constructor(options: { pool: BufferPool; budget: ByteBudget; limitBytes: number; expectedBytes: number }) {
    this.#pool = options.pool;
    this.#budget = options.budget;
    this.#limitBytes = options.limitBytes > 0 ? options.limitBytes : Number.POSITIVE_INFINITY;
    this.#buffer = this.#pool.take(options.expectedBytes);
  }

  get length(): number {
    return this.#length;
  }

  /** The body so far; valid until `release` and the next `append`. */
  bytes(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length);
  }

  append(chunk: Uint8Array): BodyRefusal | undefined {
    const needed = this.#length + chunk.length;
    if (needed >= this.#limitBytes) return 'limit';
    if (!this.#budget.tryTake(chunk.length)) return 'budget';
    if (needed > this.#buffer.length) {
      const larger = this.#pool.take(Math.max(needed, this.#buffer.length * 2));
      larger.set(this.bytes());
      this.#pool.give(this.#buffer);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#length);
    this.#length = needed;
    return undefined;
  }

  /** Gives the memory and the budget back; the bytes must not be read after. */
  release(): void {
    if (this.#buffer.length === 0) return;
    this.#budget.give(this.#length);
    this.#pool.give(this.#buffer);
    this.#length = 0;
    this.#buffer = new Uint8Array(0);
  }
}
