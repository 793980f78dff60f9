import { RefSet } from './ref-set.js';

/**
 * Which series have no record in the log yet. A commit brings along what it needs of these; the writer leaves out what
 * an earlier commit has written by then, and strikes out what reached the log. So a rejected commit orphans no sample
 * of another, and no series is recorded twice.
 */
export class SeriesLedger {
  readonly #unlogged = new RefSet();

  get size(): number {
    return this.#unlogged.size;
  }

  add(ref: number): void {
    this.#unlogged.add(ref);
  }

  /** Series that are gone will never be logged. */
  forget(refs: Iterable<number>): void {
    for (const ref of refs) this.#unlogged.delete(ref);
  }

  isUnlogged(ref: number): boolean {
    return this.#unlogged.has(ref);
  }

  markLogged(refs: readonly number[]): void {
    for (const ref of refs) this.#unlogged.delete(ref);
  }
}
