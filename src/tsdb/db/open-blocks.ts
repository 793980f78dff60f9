import { type Disk, messageOf } from '../../base/index.js';
import type { TimeWindow } from '../../storage/index.js';
import { type Block, openBlock } from '../block/index.js';

/** A block by its place and bounds: plain data. */
export interface ViewedBlock {
  readonly directory: string;
  readonly ulid: string;
  readonly mintMs: number;
  /** Of the last sample that it may hold. */
  readonly maxtMs: number;
  /** Rises when its deletions change: whoever has it open opens it again. */
  readonly revision: number;
}

export interface BlockLease {
  readonly blocks: readonly Block[];
  release(): void;
}

interface Held {
  readonly viewed: ViewedBlock;
  readonly block: Block;
  leases: number;
  isGone: boolean;
}

/** The blocks that are open. One that is gone is closed when nobody reads it any more. */
export class OpenBlocks {
  readonly #disk: Disk;
  #held: Held[] = [];

  constructor(disk: Disk) {
    this.#disk = disk;
  }

  get blocks(): readonly Block[] {
    return this.#held.map(({ block }) => block);
  }

  /** Blocks whose deletions are lost, with why. */
  get unsure(): ReadonlyMap<string, string> {
    return this.#with((block) => block.lostDeletions);
  }

  /** The same, and blocks without deletions that have a damaged file of them. */
  get tombstonesDamages(): ReadonlyMap<string, string> {
    return this.#with((block) => block.tombstonesDamage);
  }

  #with(reasonOf: (block: Block) => string | undefined): ReadonlyMap<string, string> {
    const found = new Map<string, string>();
    for (const { viewed, block } of this.#held) {
      const reason = reasonOf(block);
      if (reason !== undefined) found.set(viewed.directory, reason);
    }
    return found;
  }

  /** Opens what is new and lets go of what is not named; answers what cannot be opened, with why. */
  async update(wanted: readonly ViewedBlock[]): Promise<ReadonlyMap<string, string>> {
    const broken = new Map<string, string>();
    const byDirectory = new Map(this.#held.map((held) => [held.viewed.directory, held]));
    const next: Held[] = [];
    for (const viewed of wanted) {
      const known = byDirectory.get(viewed.directory);
      if (known?.viewed.revision === viewed.revision) {
        byDirectory.delete(viewed.directory);
        next.push(known);
        continue;
      }
      try {
        const block = await openBlock({
          disk: this.#disk,
          directory: viewed.directory,
          deletions: 'none',
        });
        next.push({ viewed, block, leases: 0, isGone: false });
      } catch (error) {
        broken.set(viewed.directory, messageOf(error));
      }
    }
    this.#held = next;
    for (const held of byDirectory.values()) await this.#drop(held);
    return broken;
  }

  async #drop(held: Held): Promise<void> {
    held.isGone = true;
    if (held.leases === 0) await held.block.close();
  }

  #met({ mintMs, maxtMs }: TimeWindow): readonly Held[] {
    return this.#held.filter(({ viewed }) => viewed.mintMs <= maxtMs && viewed.maxtMs >= mintMs);
  }

  /** The blocks that may hold samples of the window, for as long as nothing is waited for. */
  met(window: TimeWindow): readonly Block[] {
    return this.#met(window).map(({ block }) => block);
  }

  /** The blocks that may hold samples of the window, in rising time. */
  lease(window: TimeWindow): BlockLease {
    const met = this.#met(window);
    for (const held of met) held.leases++;
    let isHeld = true;
    return {
      blocks: met.map(({ block }) => block),
      release: () => {
        if (!isHeld) return;
        isHeld = false;
        for (const held of met) {
          held.leases--;
          if (held.isGone && held.leases === 0) void held.block.close();
        }
      },
    };
  }

  async close(): Promise<void> {
    const held = this.#held;
    this.#held = [];
    for (const each of held) await this.#drop(each);
  }
}
