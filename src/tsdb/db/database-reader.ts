import * as path from 'node:path';
import type { Disk } from '../../base/index.js';
import type { Kernels } from '../../kernels/index.js';
import type { Matcher } from '../../model/index.js';
import type { ExemplarSeries, LabelRequest, Querier, Queryable, TimeWindow } from '../../storage/index.js';
import { type BrokenBlock, blockSource, seriesBound } from '../block/index.js';
import { HeadChunkReader } from '../chunks/index.js';
import { type HeadView, openHeadSource } from '../head/index.js';
import { createSourceQuerier, type SampleSource } from '../select/index.js';
import { noTombstones, type Tombstones } from '../tombstones/index.js';
import { type BlockLease, OpenBlocks, type ViewedBlock } from './open-blocks.js';
import { Presence } from './presence.js';

/** What a database holds at one time, as plain data: goes through `postMessage`. */
export interface DatabaseView {
  /** Rises with each change. */
  readonly version: number;
  /** Absent where there are blocks alone. */
  readonly head?: HeadView | undefined;
  /** Of the head's samples, by series; nothing when unsaid. */
  readonly headDeletions?: Tombstones;
  /** Whether they concern late samples. */
  readonly deletesLate?: boolean;
  readonly chunksHeadDirectory: string;
  /** The oldest file of `chunks_head` that is needed. */
  readonly chunksHeadFrom: number;
  /** In rising time. */
  readonly blocks: readonly ViewedBlock[];
  /** Blocks of which nobody knows what they hold, with why. */
  readonly unlisted?: readonly BrokenBlock[];
}

export interface DatabaseReaderOptions {
  readonly view: DatabaseView;
  readonly disk: Disk;
  /** The reader's own, on its private memory. */
  readonly kernels: Kernels;
  /** Of its thread; 0 is the main thread's. */
  readonly readerSlot: number;
  /** Where the thread has them. */
  readonly exemplars?: (request: LabelRequest) => readonly ExemplarSeries[];
  /** What queries see in the place of a block or the head. */
  readonly through?: ((source: SampleSource) => SampleSource) | undefined;
}

/** A database as any thread reads it. */
export interface DatabaseReader extends Queryable {
  /** Blocks that could not be opened, with why. */
  readonly broken: ReadonlyMap<string, string>;
  /** Blocks whose deletions cannot be read, with why: what was deleted of them is shown. */
  readonly unsure: ReadonlyMap<string, string>;
  /** The same, and blocks without deletions that have a damaged file of them. */
  readonly tombstonesDamages: ReadonlyMap<string, string>;
  /** What upstream keeps of the symbols of the blocks: 8 bytes for each 32nd. */
  readonly symbolTableBytes: number;
  /** Queriers that are open go on with what they have. */
  update(view: DatabaseView): Promise<void>;
  /** Blocks that a querier of the window would read. */
  blockCount(window: TimeWindow): number;
  /**
   * At most so many series of those blocks match, one that stands in several counted in each; Infinity where that
   * cannot be read. Reads a little of each.
   */
  blockSeriesBound(matchers: readonly Matcher[], window: TimeWindow): number;
  /** The blocks that may hold samples of the window, open for as long as they are held. */
  lease(window: TimeWindow): BlockLease;
  /** Resolves when the queriers that are open by now are closed. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Rejects with nothing: blocks that cannot be opened are left out and named. */
export async function openDatabaseReader(options: DatabaseReaderOptions): Promise<DatabaseReader> {
  const reader = new ViewReader(options);
  await reader.update(options.view);
  return reader;
}

class ViewReader implements DatabaseReader {
  readonly #options: DatabaseReaderOptions;
  readonly #blocks: OpenBlocks;
  readonly #presence = new Presence();
  #view: DatabaseView;
  #mapped: HeadChunkReader;
  broken: ReadonlyMap<string, string> = new Map();

  constructor(options: DatabaseReaderOptions) {
    this.#options = options;
    this.#view = options.view;
    this.#blocks = new OpenBlocks(options.disk);
    this.#mapped = new HeadChunkReader(options.disk, options.view.chunksHeadDirectory);
  }

  get unsure(): ReadonlyMap<string, string> {
    return this.#blocks.unsure;
  }

  get tombstonesDamages(): ReadonlyMap<string, string> {
    return this.#blocks.tombstonesDamages;
  }

  get symbolTableBytes(): number {
    return this.#blocks.blocks.reduce((sum, { index }) => sum + Math.ceil(index.symbols.count / 32) * 8, 0);
  }

  async update(view: DatabaseView): Promise<void> {
    this.broken = await this.#blocks.update(view.blocks);
    this.#view = view;
    void this.#presence.allLeft().then(() => this.#mapped.dropBefore(view.chunksHeadFrom));
  }

  querier(window: TimeWindow): Querier {
    const { kernels, readerSlot, exemplars, through } = this.#options;
    const { head, headDeletions: deletions = noTombstones, deletesLate } = this.#view;
    const lease = this.#blocks.lease(window);
    const sources: SampleSource[] = lease.blocks.map((block) => {
      const source = blockSource({ block, window });
      return through?.(source) ?? source;
    });
    if (head !== undefined) {
      const mapped = this.#mapped;
      const source = openHeadSource({
        view: head,
        readerSlot,
        kernels,
        window,
        mapped,
        deletions,
        deletesLate,
      });
      sources.push(through?.(source) ?? source);
    }
    this.#presence.enter(lease);
    return createSourceQuerier({
      sources,
      warnings: this.#warnings(window),
      window,
      kernels,
      ...(exemplars === undefined ? {} : { exemplars: async (request) => exemplars(request) }),
      close: () => {
        lease.release();
        this.#presence.leave(lease);
      },
    });
  }

  /** Blocks that may hold samples of the window and cannot be read. */
  #warnings({ mintMs, maxtMs }: TimeWindow): readonly string[] {
    const { blocks, unlisted = [] } = this.#view;
    const warnings = unlisted.map(({ directory, reason }) => left(directory, reason));
    const { unsure } = this;
    if (this.broken.size + unsure.size === 0) return warnings;
    for (const { directory, ...block } of blocks) {
      if (block.mintMs > maxtMs || block.maxtMs < mintMs) continue;
      const [broken, lost] = [this.broken.get(directory), unsure.get(directory)];
      if (broken !== undefined) warnings.push(left(directory, broken));
      if (lost !== undefined) warnings.push(undeleted(directory, lost));
    }
    return warnings;
  }

  blockCount(window: TimeWindow): number {
    return this.#blocks.met(window).length;
  }

  blockSeriesBound(matchers: readonly Matcher[], window: TimeWindow): number {
    try {
      return this.#blocks.met(window).reduce((sum, block) => sum + seriesBound(block, matchers), 0);
    } catch {
      // Whoever reads the block is told what is wrong with it.
      return Number.POSITIVE_INFINITY;
    }
  }

  lease(window: TimeWindow): BlockLease {
    return this.#blocks.lease(window);
  }

  settled(): Promise<void> {
    return this.#presence.allLeft();
  }

  async close(): Promise<void> {
    await this.#blocks.close();
    await this.#mapped.close();
  }
}

function left(directory: string, reason: string): string {
  return `block ${path.basename(directory)} cannot be read and is left out: ${reason}`;
}

function undeleted(directory: string, reason: string): string {
  return `deletions of block ${path.basename(directory)} cannot be read, and deleted samples are shown: ${reason}`;
}
