import type { ByteBudget } from './byte-budget.js';

const blockBytes = 64 * 1024;

/** Blocks for reuse, so that a scrape does not allocate its body anew. Keeps at most `maxKeptBytes`. */
export class BlockPool {
  readonly #free: Uint8Array[] = [];
  readonly #maxKept: number;

  constructor(maxKeptBytes: number) {
    this.#maxKept = Math.floor(maxKeptBytes / blockBytes);
  }

  /** Its content is unspecified. */
  take(): Uint8Array {
    return this.#free.pop() ?? Buffer.allocUnsafeSlow(blockBytes);
  }

  give(block: Uint8Array): void {
    if (this.#free.length < this.#maxKept) this.#free.push(block);
  }
}

export type BodyRefusal = 'limit' | 'budget';

/** A body as it grows: every byte is taken from the budget, and none beyond the limit is kept. */
export class BodyBuffer {
  readonly #pool: BlockPool;
  readonly #budget: ByteBudget;
  readonly #limitBytes: number;
  #parts: Uint8Array[] = [];
  #length = 0;
  readonly #blocks: Uint8Array[] = [];
  /** Bytes of the last block that are taken; the last part is a piece of it that ends there. */
  #used = blockBytes;
  #partStart = 0;

  /** A body of `limitBytes` or more is refused; 0 for no limit. */
  constructor(options: { pool: BlockPool; budget: ByteBudget; limitBytes: number }) {
    this.#pool = options.pool;
    this.#budget = options.budget;
    this.#limitBytes = options.limitBytes > 0 ? options.limitBytes : Number.POSITIVE_INFINITY;
  }

  get length(): number {
    return this.#length;
  }

  /** The body so far, in order; valid until `release` and the next `append`. */
  get parts(): readonly Uint8Array[] {
    return this.#parts;
  }

  /** The body so far in one piece. */
  bytes(): Uint8Array {
    return this.#parts.length === 1
      ? (this.#parts[0] as Uint8Array)
      : Buffer.concat(this.#parts, this.#length);
  }

  /** Copies `chunk`. */
  append(chunk: Uint8Array): BodyRefusal | undefined {
    const refused = this.#admit(chunk.length);
    if (refused !== undefined) return refused;
    for (let at = 0; at < chunk.length; ) {
      if (this.#used === blockBytes) {
        this.#blocks.push(this.#pool.take());
        this.#parts.push(new Uint8Array(0));
        this.#used = 0;
        this.#partStart = 0;
      }
      const block = this.#blocks[this.#blocks.length - 1] as Uint8Array;
      const size = Math.min(chunk.length - at, blockBytes - this.#used);
      block.set(size === chunk.length ? chunk : chunk.subarray(at, at + size), this.#used);
      this.#used += size;
      this.#parts[this.#parts.length - 1] = block.subarray(this.#partStart, this.#used);
      at += size;
    }
    return undefined;
  }

  /** Keeps `chunk` itself, which must not change until `release`; nothing is appended after it. */
  appendWhole(chunk: Uint8Array): BodyRefusal | undefined {
    const refused = this.#admit(chunk.length);
    if (refused === undefined) this.#parts.push(chunk);
    return refused;
  }

  #admit(bytes: number): BodyRefusal | undefined {
    const needed = this.#length + bytes;
    if (needed >= this.#limitBytes) return 'limit';
    if (!this.#budget.tryTake(bytes)) return 'budget';
    this.#length = needed;
    return undefined;
  }

  /** Gives the memory and the budget back; the parts must not be read after. */
  release(): void {
    this.#budget.give(this.#length);
    for (const block of this.#blocks) this.#pool.give(block);
    this.#blocks.length = 0;
    this.#length = 0;
    this.#parts = [];
    this.#used = blockBytes;
  }
}
