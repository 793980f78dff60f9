import type { Steps } from '../base/index.js';
import type { Metadata } from '../model/index.js';
import type { ScrapedPage } from './scraped-page.js';

export interface FamilyMetadata extends Metadata {
  readonly family: string;
}

interface Entry {
  metadata: Metadata;
  /** The last iteration that showed it, unless it stands on the current page. */
  seen: number;
  page: number;
}

const unknown: Metadata = { type: 'unknown', unit: '', help: '' };
const keptIterations = 10;
/** Families that are taken between two pauses. */
const stepFamilies = 1024;

/**
 * What a target says of its metric families; kept ten scrapes after a family was last seen. Pages mostly say the same
 * again, so that entries name the page that they were read from, and a page that says the same only renews that page.
 */
export class MetadataCache {
  readonly #families = new Map<string, Entry>();
  #signature: string | undefined;
  #page = 0;
  #pageSeen = 0;

  get size(): number {
    return this.#families.size;
  }

  *update(page: ScrapedPage, iteration: number): Steps<void> {
    if (page.metadataSignature !== this.#signature) {
      for (const entry of this.#families.values()) if (entry.page === this.#page) entry.seen = this.#pageSeen;
      this.#page++;
      this.#signature = page.metadataSignature;
      let count = 0;
      for (const [family, said] of yield* page.metadata()) {
        if (++count % stepFamilies === 0) yield;
        this.#set(family, said);
      }
    }
    this.#pageSeen = iteration;
  }

  #set(family: string, said: Partial<Metadata>): void {
    const known = this.#families.get(family);
    const metadata = { ...(known?.metadata ?? unknown), ...said };
    this.#families.set(family, { metadata, seen: 0, page: this.#page });
  }

  forget(iteration: number): void {
    for (const [family, entry] of this.#families) {
      if (entry.page !== this.#page && iteration - entry.seen > keptIterations) this.#families.delete(family);
    }
  }

  list(): FamilyMetadata[] {
    return [...this.#families].map(([family, { metadata }]) => ({ family, ...metadata }));
  }

  get(family: string): Metadata | undefined {
    return this.#families.get(family)?.metadata;
  }
}
