import type { Metadata } from '../model/index.js';

export interface FamilyMetadata extends Metadata {
  readonly family: string;
}

interface Entry {
  metadata: Metadata;
  readonly id: number;
  /** Whether the last good page had a line of it, and else the last iteration that had one. */
  isShown: boolean;
  seen: number;
}

const unknown: Metadata = { type: 'unknown', unit: '', help: '' };
const keptIterations = 10;

/**
 * What a target says of its metric families; kept ten scrapes after a family was last seen. Pages mostly say the same
 * again: lines that were read before are slots of the scrape cache, which tells when they are gone.
 */
export class MetadataCache {
  readonly #families = new Map<string, Entry>();
  #lastId = 0;
  #hiddenCount = 0;

  get size(): number {
    return this.#families.size;
  }

  /** Takes what a line says; answers the family's number. */
  say(family: string, said: Partial<Metadata>, iteration: number): number {
    let entry = this.#families.get(family);
    if (entry === undefined) {
      entry = { metadata: unknown, id: ++this.#lastId, isShown: false, seen: iteration };
      this.#families.set(family, entry);
      this.#hiddenCount++;
    }
    entry.metadata = { ...entry.metadata, ...said };
    entry.seen = iteration;
    return entry.id;
  }

  /** The families that lines are there of, at the end of an iteration. */
  keep(shown: ReadonlySet<number>, iteration: number): void {
    this.#hiddenCount = 0;
    for (const entry of this.#families.values()) {
      const isShown = shown.has(entry.id);
      if (!isShown) this.#hiddenCount++;
      if (entry.isShown && !isShown) entry.seen = iteration - 1;
      entry.isShown = isShown;
    }
  }

  forget(iteration: number): void {
    if (this.#hiddenCount === 0) return;
    for (const [family, entry] of this.#families) {
      if (entry.isShown || iteration - entry.seen <= keptIterations) continue;
      this.#families.delete(family);
      this.#hiddenCount--;
    }
  }

  list(): FamilyMetadata[] {
    return [...this.#families].map(([family, { metadata }]) => ({ family, ...metadata }));
  }

  get(family: string): Metadata | undefined {
    return this.#families.get(family)?.metadata;
  }
}
