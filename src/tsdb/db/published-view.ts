import type { Disk } from '../../base/index.js';
import { type BlockMeta, type ListedBlock, listBlocks } from '../block/index.js';
import type { Head } from '../head/index.js';
import type { WalEvents } from '../wal/index.js';
import type { DatabaseReader, DatabaseView } from './database-reader.js';
import type { DatabaseStats } from './database-stats.js';
import type { ViewedBlock } from './open-blocks.js';

/** Called with each new view; resolves once nobody there reads an older one. */
export type ViewListener = (view: DatabaseView) => Promise<void> | void;

interface PublishedViewParts {
  readonly disk: Disk;
  readonly directory: string;
  readonly head: Head;
  readonly reader: DatabaseReader;
  readonly stats: DatabaseStats;
  readonly events: WalEvents;
}

/** What the database holds, as its readers on all threads know it. */
export class PublishedView {
  readonly #parts: PublishedViewParts;
  readonly #listeners: ViewListener[] = [];
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

  /**
   * Resolves when all readers know the blocks that are there; readers of the main thread may still use an older
   * view. Answers the blocks that cannot be opened, with why.
   */
  async reloadBlocks(): Promise<ReadonlyMap<string, string>> {
    const { disk, directory, events, stats } = this.#parts;
    const { blocks, broken } = await listBlocks(disk, directory);
    for (const { directory: place, reason } of broken) {
      events.log('error', 'A block cannot be read and is left out', { directory: place, err: reason });
    }
    await this.#publish({ ...this.#current, blocks: blocks.map(toViewed) });
    stats.brokenBlocks = broken.length + this.#parts.reader.broken.size;
    return this.#parts.reader.broken;
  }

  /** The same for files of `chunks_head` that are not needed. */
  async dropChunkFilesBefore(segment: number): Promise<void> {
    await this.#publish({ ...this.#current, chunksHeadFrom: segment });
  }

  async #publish(changed: DatabaseView): Promise<void> {
    const view = { ...changed, head: this.#parts.head.view(), version: this.#current.version + 1 };
    await this.#parts.reader.update(view);
    this.#current = view;
    await Promise.all(this.#listeners.map((listener) => listener(view)));
  }

  /** Resolves when nobody reads an older view. */
  settled(): Promise<void> {
    return this.#parts.reader.settled();
  }
}

export function toViewed({ directory, meta }: { directory: string; meta: BlockMeta }): ViewedBlock {
  return { directory, ulid: meta.ulid, mintMs: meta.mintMs, maxtMs: meta.endMs - 1 };
}

/** The end of the last block that holds samples in order. Source: tsdb/db.go (inOrderBlocksMaxTime). */
export function minValidOf(blocks: readonly ListedBlock[]): number {
  let endMs = Number.NEGATIVE_INFINITY;
  for (const { meta } of blocks) {
    const hints = meta.compaction.hints ?? [];
    if (hints.includes('from-out-of-order') || hints.includes('from-stale-series')) continue;
    endMs = Math.max(endMs, meta.endMs);
  }
  return endMs;
}
