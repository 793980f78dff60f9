import { indexOfRef, RefList } from './ref-list.js';

/**
 * Series that the log holds once only, in a checkpoint or in one of its last two segments: a process that ended before
 * it had written their copies to the next segment. The segment that a start makes begins with them.
 */
export class CarriedRefs {
  #previous = new RefList();
  #current = new RefList();
  readonly #checkpointed = new RefList();
  readonly #copied = new RefList();

  /** Of segments, not of checkpoints; those in which nothing was ever written do not count. */
  beginSegment(): void {
    this.#previous = this.#current;
    this.#current = new RefList();
  }

  /** A series record of the segment names it for the first time. */
  addFirst(ref: number): void {
    this.#current.push(ref);
  }

  /** A series record of a checkpoint names it. */
  addCheckpointed(ref: number): void {
    this.#checkpointed.push(ref);
  }

  addCopy(ref: number): void {
    this.#copied.push(ref);
  }

  /** What `WalWriterOptions.carried` takes. */
  refs(): Float64Array {
    const copied = this.#copied.view().slice().sort();
    const owed = new RefList();
    for (const list of [this.#checkpointed, this.#previous, this.#current]) {
      for (const ref of list.view()) if (indexOfRef(copied, ref) < 0) owed.push(ref);
    }
    return owed.view().slice();
  }
}
