/**
 * Who reads the head: each open source stands in a table in the head's memory with the epoch in which it entered and
 * the commit that it sees. Memory retired in an epoch is reclaimed when every reader entered later.
 */
import { UserError } from '../../base/index.js';
import { control, type HeadViews, mostReaders, readerColumnBytes } from './layout.js';

/** A reader's stay, on the reader's thread. */
export interface ReaderEntry {
  readonly commit: number;
  leave(): void;
}

const epochColumn = readerColumnBytes;
const commitColumn = 2 * readerColumnBytes;

/**
 * Enters before anything is read. `commit`: a commit that the caller knows to be held by a reader of its own; else the
 * last one. Throws `UserError` where the table is full.
 */
export function enterHead(views: HeadViews, slot: number, commit: number | undefined): ReaderEntry {
  const { words } = views;
  const base = views.layout.control;
  const owners = (base + control.readers) >>> 2;
  const index = claim(words, owners, slot + 1);
  const limitAt = (base + control.readerLimit) >>> 2;
  for (let limit = Atomics.load(words, limitAt); limit <= index; ) {
    limit = Atomics.compareExchange(words, limitAt, limit, index + 1);
  }
  const epochs = owners + (epochColumn >>> 2);
  const epochAt = (base + control.epoch) >>> 2;
  const seen = commit ?? Atomics.load(words, (base + control.commit) >>> 2);
  Atomics.store(words, owners + (commitColumn >>> 2) + index, seen);
  // The writer may have moved on between the look and the entry; then nothing was read yet.
  for (let epoch = 0; epoch !== Atomics.load(words, epochAt); ) {
    epoch = Atomics.load(words, epochAt);
    Atomics.store(words, epochs + index, epoch);
  }
  const latest = commit ?? Atomics.load(words, (base + control.commit) >>> 2);
  Atomics.store(words, owners + (commitColumn >>> 2) + index, latest);
  let isInside = true;
  return {
    commit: latest,
    leave() {
      if (!isInside) return;
      isInside = false;
      Atomics.store(words, epochs + index, 0);
      Atomics.store(words, owners + index, 0);
    },
  };
}

function claim(words: Uint32Array, owners: number, owner: number): number {
  for (let index = 0; index < mostReaders; index++) {
    if (Atomics.compareExchange(words, owners + index, 0, owner) === 0) return index;
  }
  throw new UserError({
    code: 'too-many-readers',
    message: `more than ${mostReaders} queries read the head at one time`,
  });
}

/** What the writer asks. */
export class ReaderTable {
  readonly #views: HeadViews;
  readonly #owners: number;

  constructor(views: HeadViews) {
    this.#views = views;
    this.#owners = (views.layout.control + control.readers) >>> 2;
  }

  /** Calls back with the epoch and the commit of each reader. */
  #each(visit: (epoch: number, commit: number) => void): void {
    const { words } = this.#views;
    const limit = this.#views.loadWord(this.#views.layout.control + control.readerLimit);
    for (let index = 0; index < limit; index++) {
      const epoch = Atomics.load(words, this.#owners + (epochColumn >>> 2) + index);
      if (epoch === 0) continue;
      visit(epoch, Atomics.load(words, this.#owners + (commitColumn >>> 2) + index));
    }
  }

  /** The oldest epoch that a reader is in, `current` where none is. */
  oldestEpoch(current: number): number {
    let oldest = current;
    this.#each((epoch) => {
      if (((epoch - oldest) | 0) < 0) oldest = epoch;
    });
    return oldest;
  }

  /** The oldest commit that a reader sees, `current` where none is. */
  oldestCommit(current: number): number {
    let oldest = current;
    this.#each((_, commit) => {
      if (((commit - oldest) | 0) < 0) oldest = commit;
    });
    return oldest;
  }

  /** Writes the commits of all readers, each once, to an address with room for `mostReaders` words. */
  writeCommits(at: number): number {
    const seen = new Set<number>();
    this.#each((_, commit) => seen.add(commit));
    let index = at >>> 2;
    for (const commit of seen) this.#views.words[index++] = commit;
    return seen.size;
  }

  hasReaders(): boolean {
    let isAny = false;
    this.#each(() => {
      isAny = true;
    });
    return isAny;
  }

  /** For a thread that is gone. */
  clear(slot: number): void {
    const { words } = this.#views;
    for (let index = 0; index < mostReaders; index++) {
      if (Atomics.load(words, this.#owners + index) !== slot + 1) continue;
      Atomics.store(words, this.#owners + (epochColumn >>> 2) + index, 0);
      Atomics.store(words, this.#owners + index, 0);
    }
  }
}
