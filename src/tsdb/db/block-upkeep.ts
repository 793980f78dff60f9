import * as path from 'node:path';
import { assert, type Disk, directorySizeBytes, diskSpace, messageOf } from '../../base/index.js';
import { type BlockList, isUlid, type ListedBlock } from '../block/index.js';
import type { Head } from '../head/index.js';
import type { WalEvents } from '../wal/index.js';
import type { DatabaseReader } from './database-reader.js';
import type { DatabaseStats } from './database-stats.js';
import { inOrderEnd } from './in-order-end.js';
import { listOwnBlocks } from './list-own-blocks.js';
import type { PublishedView } from './published-view.js';
import { beyondRetention, type Retention } from './retention.js';
import type { Turns } from './turns.js';

const deletionSuffix = '.tmp-for-deletion';

export interface BlockUpkeepParts {
  readonly disk: Disk;
  /** The data directory. */
  readonly directory: string;
  readonly head: Head;
  readonly chunkRangeMs: number;
  readonly turns: Turns;
  readonly view: PublishedView;
  readonly reader: DatabaseReader;
  readonly stats: DatabaseStats;
  readonly events: WalEvents;
}

/**
 * Shows the blocks that are on disk, those that somebody else has put there, too. Removes those that another was made of, and those beyond what is to be kept. Source: tsdb/db.go (reloadBlocks).
 */
export class BlockUpkeep {
  readonly #parts: BlockUpkeepParts;
  readonly #told = new Map<string, string>();
  /** Of the last block that holds samples in order, where a start begins to read the log. */
  endMs = Number.NEGATIVE_INFINITY;
  retention: Retention;

  constructor(parts: BlockUpkeepParts, retention: Retention) {
    this.#parts = parts;
    this.retention = retention;
  }

  /** When what is under way is done; never rejects. */
  reloadSoon(): Promise<void> {
    const { turns, events } = this.#parts;
    return turns
      .take(async () => {
        await this.reload();
      })
      .catch((error: unknown) => events.log('error', 'reloadBlocks', { err: messageOf(error) }));
  }

  /** For whoever has its turn. Answers the blocks that cannot be opened, with why. */
  async reload(): Promise<ReadonlyMap<string, string>> {
    const { disk, directory, stats } = this.#parts;
    stats.reloads++;
    try {
      return await this.#reload(await listOwnBlocks(disk, directory));
    } catch (error) {
      stats.reloadsFailed++;
      throw error;
    }
  }

  async #reload({ blocks, broken: unlisted }: BlockList): Promise<ReadonlyMap<string, string>> {
    const { disk, chunkRangeMs, view, stats, events } = this.#parts;
    const sizes = await this.#sizesOf(blocks);
    let obsolete = await this.#obsolete(blocks, sizes);
    const kept = (): ListedBlock[] => blocks.filter(({ meta }) => !obsolete.has(meta.ulid));
    let broken = await view.showBlocks(kept(), unlisted);
    if (broken.size > 0 && obsolete.size > 0) {
      // What a block that cannot be read was made of is all that is left of it.
      const sound = blocks.filter((block) => !broken.has(block.directory));
      obsolete = await this.#obsolete(sound, sizes);
      broken = await view.showBlocks(kept(), unlisted);
    }
    const { unsure, tombstonesDamages } = this.#parts.reader;
    stats.brokenBlocks = unlisted.length + broken.size + unsure.size;
    const sound = kept().filter(({ directory }) => !broken.has(directory));
    this.endMs = await inOrderEnd(disk, sound, chunkRangeMs);
    stats.blocksBytes = kept().reduce((sum, { directory }) => sum + (sizes.get(directory) ?? 0), 0);
    this.#tell([...unlisted.map(({ directory, reason }) => [directory, reason] as const), ...broken]);
    const mistaken = blocks.flatMap(({ directory, damage }) =>
      damage === undefined ? [] : [[directory, damage] as const],
    );
    this.#tell(mistaken, 'The times in meta.json of a block are damaged, and those of its chunks are taken');
    this.#tell([...unsure], 'Deletions of a block cannot be read, and deleted samples are shown');
    this.#tell(
      [...tombstonesDamages],
      'The tombstones of a block are damaged, and nothing was deleted of it',
    );
    for (const ulid of obsolete)
      if (await this.remove(ulid)) events.log('info', 'Deleting obsolete block', { block: ulid });
    return broken;
  }

  async #sizesOf(blocks: readonly ListedBlock[]): Promise<ReadonlyMap<string, number>> {
    const sizes = new Map<string, number>();
    for (const { directory } of blocks)
      sizes.set(directory, await directorySizeBytes(this.#parts.disk, directory));
    return sizes;
  }

  /** Names of blocks that are to go; some may be gone. */
  async #obsolete(
    blocks: readonly ListedBlock[],
    sizes: ReadonlyMap<string, number>,
  ): Promise<ReadonlySet<string>> {
    const { stats } = this.#parts;
    const obsolete = new Set<string>();
    for (const { meta } of blocks) {
      if (meta.compaction.deletable === true) obsolete.add(meta.ulid);
      // A name out of a file is no path: bits may be turned in it.
      for (const { ulid } of meta.compaction.parents ?? [])
        if (ulid !== meta.ulid && isUlid(ulid)) obsolete.add(ulid);
    }
    const { timeMs } = this.retention;
    const retained = blocks.map(({ directory, meta: { ulid, endMs } }) => ({
      ulid,
      endMs,
      sizeBytes: sizes.get(directory) ?? 0,
    }));
    const sizeBytes = await this.#sizeLimit();
    const headBytes = sizeBytes > 0 ? await this.#headBytes() : 0;
    const { byTime, bySize } = beyondRetention(retained, {
      ...{ timeMs, sizeBytes, headBytes, latestMs: this.#latestMs },
    });
    if (byTime.length > 0) stats.timeRetentions++;
    if (bySize.length > 0) stats.sizeRetentions++;
    for (const ulid of [...byTime, ...bySize]) obsolete.add(ulid);
    return obsolete;
  }

  /** No block of a head that has samples ends later. */
  get #latestMs(): number {
    const { head, chunkRangeMs } = this.#parts;
    if (head.maxtMs === Number.NEGATIVE_INFINITY) return Number.POSITIVE_INFINITY;
    return head.maxtMs + chunkRangeMs;
  }

  async #sizeLimit(): Promise<number> {
    const { percentage, sizeBytes } = this.retention;
    if (percentage <= 0) return sizeBytes;
    const { directory, events } = this.#parts;
    try {
      return Math.floor(((await diskSpace(directory)).sizeBytes * percentage) / 100);
    } catch (error) {
      const message =
        'Unable to retrieve filesystem size of database directory, skip percentage limitation and default to fixed size limitation';
      events.log('warn', message, { dir: directory, err: messageOf(error) });
      return sizeBytes;
    }
  }

  async #headBytes(): Promise<number> {
    const { disk, directory } = this.#parts;
    let sum = 0;
    for (const name of ['wal', 'wbl', 'chunks_head'])
      sum += await directorySizeBytes(disk, path.join(directory, name));
    return sum;
  }

  /** Of each fault once. */
  #tell(
    broken: readonly (readonly [string, string])[],
    message = 'A block cannot be read and is left out',
  ): void {
    const { events } = this.#parts;
    for (const [directory, err] of broken) {
      if (this.#told.get(directory) === err) continue;
      this.#told.set(directory, err);
      events.log('error', message, { directory, err });
    }
  }

  /** Whoever reads it has its files open. False where there is none. */
  async remove(ulid: string): Promise<boolean> {
    const { disk, directory } = this.#parts;
    assert(isUlid(ulid), 'what is removed is a block');
    const target = path.join(directory, ulid);
    if ((await disk.stat(target)) === undefined) return false;
    const going = `${target}${deletionSuffix}`;
    await disk.rename(target, going);
    await disk.syncDirectory(directory);
    await disk.remove(going);
    return true;
  }
}
