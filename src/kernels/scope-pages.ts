import type { KernelScope } from './kernels.js';

const firstPageBytes = 32_768;
const mostPageBytes = 1 << 20;

/** Small blocks of a scope cut from pages, all zeros; they are given back with the scope alone. */
export class ScopePages {
  readonly scope: KernelScope;
  #nextBytes = firstPageBytes;
  #at = 0;
  #end = 0;

  constructor(scope: KernelScope) {
    this.scope = scope;
  }

  /** Aligned to 16. Throws `KernelMemoryError`. */
  take(bytes: number): number {
    const size = (bytes + 15) & ~15;
    if (this.#end - this.#at < size) {
      const pageBytes = Math.max(size, this.#nextBytes);
      this.#nextBytes = Math.min(mostPageBytes, 2 * this.#nextBytes);
      this.#at = this.scope.alloc(pageBytes);
      this.#end = this.#at + pageBytes;
      this.scope.kernels.bytes.fill(0, this.#at, this.#end);
    }
    const at = this.#at;
    this.#at += size;
    return at;
  }
}
