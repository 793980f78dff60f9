import type { Labels } from '../../model/index.js';
import type { SeriesRef } from '../../storage/index.js';

/**
 * Which series have no record in the log yet. A commit brings along what it needs of these; the writer leaves out what
 * an earlier commit has written by then, and strikes out what reached the log. So a rejected commit orphans no sample
 * of another, and no series is recorded twice.
 */
export class SeriesLedger {
  readonly #unlogged = new Map<number, Labels>();

  get size(): number {
    return this.#unlogged.size;
  }

  add(ref: SeriesRef, labels: Labels): void {
    this.#unlogged.set(ref, labels);
  }

  /** The labels of a series that is not in the log; undefined where it is. */
  unlogged(ref: number): Labels | undefined {
    return this.#unlogged.get(ref);
  }

  markLogged(refs: readonly number[]): void {
    for (const ref of refs) this.#unlogged.delete(ref);
  }
}
