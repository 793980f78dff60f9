/**
 * What a target's series texts stand for: a store's ref, or nothing where relabelling dropped the series. Source:
 * scrape.go scrapeCache. At rest it is columns of 20 bytes a series, in the order of the last page; a scan works on a
 * copy (`PageScan`), which is taken over only when it changed something. Lines of metadata are slots as well.
 */
import type { Steps } from '../base/index.js';
import { type PageScan, type SlotColumns, slotFlags } from '../kernels/index.js';
import type { SeriesRef } from '../storage/index.js';
import type { MetadataCache } from './metadata-cache.js';

const { seen, tracked, wasTracked, metadata: isMetadata } = slotFlags;

/** Slots that are looked at between two pauses. */
const stepSlots = 32_768;

/** Payloads of metadata are a family's number times this, plus the type code and 1 where the line is a TYPE line. */
export const familyFactor = 16;

function columns(count: number): SlotColumns {
  const buffer = new ArrayBuffer(20 * count);
  return {
    count,
    payloads: new Float64Array(buffer, 0, count),
    hashes: new Uint32Array(buffer, 8 * count, 2 * count),
    infos: new Uint32Array(buffer, 16 * count, count),
  };
}

function move(from: SlotColumns, slot: number, to: SlotColumns, at: number): void {
  to.payloads[at] = from.payloads[slot] as number;
  to.hashes[2 * at] = from.hashes[2 * slot] as number;
  to.hashes[2 * at + 1] = from.hashes[2 * slot + 1] as number;
  to.infos[at] = from.infos[slot] as number;
}

/** One target's cache. */
export class ScrapeCache {
  #slots = columns(0);
  #metadataCount = 0;
  #trackedCount = 0;
  /** Whether the scrape that runs showed metadata that was not there before. */
  #hasMoreMetadata = false;
  #iteration = 1;
  #countAtSuccess = 0;

  /** For a scan to begin with. */
  get slots(): SlotColumns {
    return this.#slots;
  }

  /** Series texts, dropped ones too. */
  get size(): number {
    return this.#slots.count - this.#metadataCount;
  }

  get iteration(): number {
    return this.#iteration;
  }

  /** Whether a good page leaves everything as it is: then neither `take` nor `collectStale` is called for. */
  isUnchangedBy(scan: PageScan): boolean {
    const { touched, isDisordered, tracked: now, stillTracked } = scan.changes;
    const { count } = this.#slots;
    const hasAll = touched === count && scan.slots.count === count && !isDisordered;
    return hasAll && now === this.#trackedCount && stillTracked === now;
  }

  /** Takes over what a scan made of the slots: those on the page in its order, then the others. */
  *take(scan: PageScan): Steps<void> {
    const from = scan.slots.columns();
    const { touched, isDisordered } = scan.changes;
    const to = columns(from.count);
    if (!isDisordered) {
      to.payloads.set(from.payloads);
      to.hashes.set(from.hashes);
      to.infos.set(from.infos);
    } else {
      let next = touched;
      for (let slot = 0; slot < from.count; slot++) {
        if (slot % stepSlots === stepSlots - 1) yield;
        const isOnPage = ((from.infos[slot] as number) & seen) !== 0;
        move(from, slot, to, isOnPage ? (from.positions[slot] as number) - 1 : next++);
      }
    }
    const before = this.#metadataCount;
    this.#slots = to;
    this.#metadataCount = this.#count(isMetadata);
    this.#hasMoreMetadata = this.#metadataCount > before;
  }

  #count(flag: number): number {
    const { infos, count } = this.#slots;
    let found = 0;
    for (let slot = 0; slot < count; slot++) if (((infos[slot] as number) & flag) !== 0) found++;
    return found;
  }

  /** The refs of series that the last scrape exposed and this one does not. */
  *collectStale(): Steps<SeriesRef[]> {
    const { infos, payloads, count } = this.#slots;
    const gone = new Set<number>();
    for (let slot = 0; slot < count; slot++) {
      if (slot % stepSlots === stepSlots - 1) yield;
      const flags = infos[slot] as number;
      if ((flags & (wasTracked | tracked)) === wasTracked) gone.add(payloads[slot] as number);
    }
    if (gone.size === 0) return [];
    // Another text may stand for the same series.
    for (let slot = 0; slot < count; slot++) {
      if (slot % stepSlots === stepSlots - 1) yield;
      if (((infos[slot] as number) & tracked) !== 0) gone.delete(payloads[slot] as number);
    }
    return [...gone] as SeriesRef[];
  }

  /** Ends a scrape of which `isUnchangedBy` holds. */
  endUnchanged(metadata: MetadataCache): void {
    this.#countAtSuccess = this.size + metadata.size;
    metadata.forget(this.#iteration++);
  }

  /**
   * Ends a scrape. A successful one forgets the texts it did not show; a failed one only when the cache has grown
   * past twice its last good size. True when such a flush was forced.
   */
  endIteration(succeeded: boolean, metadata: MetadataCache): boolean {
    const count = this.size + metadata.size;
    const forced = !succeeded && count > this.#countAtSuccess * 2 + 1000;
    if (succeeded) this.#countAtSuccess = count;
    this.#turn(succeeded || forced, !succeeded && this.#hasMoreMetadata);
    this.#hasMoreMetadata = false;
    metadata.keep(this.#families(), this.#iteration);
    if (succeeded || forced) metadata.forget(this.#iteration);
    this.#iteration++;
    return forced;
  }

  /**
   * What was tracked in this scrape was so in the last one from here on. A text that is forgotten while tracked keeps
   * its slot, since its series still owes a stale marker. After a page that failed nobody knows which of two texts of
   * a family's metadata was the last.
   */
  #turn(forgetsUnseen: boolean, forgetsMetadata: boolean): void {
    const from = this.#slots;
    const { infos } = from;
    let kept = 0;
    this.#trackedCount = 0;
    for (let slot = 0; slot < from.count; slot++) {
      const info = infos[slot] as number;
      const stays = !forgetsUnseen || (info & (seen | tracked)) !== 0;
      if (!stays || (forgetsMetadata && (info & isMetadata) !== 0)) continue;
      const isTracked = (info & tracked) !== 0;
      if (isTracked) this.#trackedCount++;
      infos[slot] = (info & ~(seen | tracked | wasTracked)) | (isTracked ? wasTracked : 0);
      if (kept !== slot) move(from, slot, from, kept);
      kept++;
    }
    if (kept === from.count) return;
    const to = columns(kept);
    to.payloads.set(from.payloads.subarray(0, kept));
    to.hashes.set(from.hashes.subarray(0, 2 * kept));
    to.infos.set(from.infos.subarray(0, kept));
    this.#slots = to;
    this.#metadataCount = this.#count(isMetadata);
  }

  /** The numbers of the families whose metadata has slots. */
  #families(): ReadonlySet<number> {
    const { infos, payloads, count } = this.#slots;
    const families = new Set<number>();
    if (this.#metadataCount === 0) return families;
    for (let slot = 0; slot < count; slot++) {
      if (((infos[slot] as number) & isMetadata) === 0) continue;
      families.add(Math.floor((payloads[slot] as number) / familyFactor));
    }
    return families;
  }
}
