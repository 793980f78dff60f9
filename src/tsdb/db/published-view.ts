import type { BlockMeta, BrokenBlock, ListedBlock } from '../block/index.js';
import type { Head } from '../head/index.js';
import type { DatabaseReader, DatabaseView } from './database-reader.js';
import type { DatabaseStats } from './database-stats.js';
import type { HeadDeletions } from './head-deletions.js';
import type { ViewedBlock } from './open-blocks.js';

/** Called with each new view; resolves once nobody there reads an older one. */
export type ViewListener = (view: DatabaseView) => Promise<void> | void;

interface PublishedViewParts {
  readonly head: Head;
  readonly deletions: HeadDeletions;
  readonly reader: DatabaseReader;
  readonly stats: DatabaseStats;
}

/** What the database holds, as its readers on all threads know it. */
export class PublishedView {
  readonly #parts: PublishedViewParts;
  readonly #listeners: ViewListener[] = [];
  readonly #revisions = new Map<string, number>();
  #current: DatabaseView;

  constructor(parts: PublishedViewParts, first: DatabaseView) {
    this.#parts = parts;
    this.#current = first;
  }

  get current(): DatabaseView {
    return this.#current;
  }

  onChange(listener: ViewListener): void {
    this.#listeners.push(listener);
  }

  /** Its deletions are others: readers open it again with the next view. */
  blockChanged(directory: string): void {
    this.#revisions.set(directory, (this.#revisions.get(directory) ?? 0) + 1);
  }

  /**
   * Resolves when all readers know the blocks; readers of the main thread may still use an older view. Answers those
   * that cannot be opened, with why.
   */
  async showBlocks(
    blocks: readonly ListedBlock[],
    unlisted: readonly BrokenBlock[],
  ): Promise<ReadonlyMap<string, string>> {
    const viewed = blocks.map((block) => ({
      ...toViewed(block),
      revision: this.#revisions.get(block.directory) ?? 0,
    }));
    await this.#publish({ ...this.#current, blocks: viewed, unlisted });
    return this.#parts.reader.broken;
  }

  /** The same for the deletions of the head. */
  showDeletions(): Promise<void> {
    return this.#publish(this.#current);
  }

  /** No late samples are left that deletions concern. */
  spareLate(): Promise<void> {
    return this.#publish({ ...this.#current, deletesLate: false });
  }

  /** The same for files of `chunks_head` that are not needed. */
  async dropChunkFilesBefore(segment: number): Promise<void> {
    await this.#publish({ ...this.#current, chunksHeadFrom: segment });
  }

  async #publish(changed: DatabaseView): Promise<void> {
    const { head, deletions, reader } = this.#parts;
    const view = {
      ...changed,
      head: head.view(),
      headDeletions: deletions.all,
      version: this.#current.version + 1,
    };
    await reader.update(view);
    this.#current = view;
    await Promise.all(this.#listeners.map((listener) => listener(view)));
  }

  /** Resolves when nobody reads an older view. */
  settled(): Promise<void> {
    return this.#parts.reader.settled();
  }
}

export function toViewed({ directory, meta }: { directory: string; meta: BlockMeta }): ViewedBlock {
  return { directory, ulid: meta.ulid, mintMs: meta.mintMs, maxtMs: meta.endMs - 1, revision: 0 };
}
