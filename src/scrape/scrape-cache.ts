/**
 * What a target's series texts stand for: a store's ref, or nothing where relabelling dropped the series. Source:
 * scrape.go scrapeCache. Structure of arrays, 29 bytes a series with its share of the table: a text is known by two
 * seeded 32-bit hashes of its bytes, never kept. The seed keeps a target from making two of its own texts collide.
 */
import type { SeriesRef } from '../storage/index.js';

const isUsed = 1;
const isDropped = 2;
/** Seen in the scrape that runs, and in the one before: a series that loses the first gets a stale marker. */
const isTrackedNow = 4;
const wasTracked = 8;

const noSlot = -1;

export interface SeriesHash {
  low: number;
  high: number;
}

/** Hashes a byte range into `into`; four bytes a step in two lanes. */
export function hashSeries(
  bytes: Uint8Array,
  start: number,
  end: number,
  seed: number,
  into: SeriesHash,
): void {
  let low = seed ^ (end - start);
  let high = Math.imul(seed, 0x9e3779b1) ^ (end - start);
  let i = start;
  for (; i + 4 <= end; i += 4) {
    const word =
      (bytes[i] as number) |
      ((bytes[i + 1] as number) << 8) |
      ((bytes[i + 2] as number) << 16) |
      ((bytes[i + 3] as number) << 24);
    low = Math.imul(low ^ word, 0x85ebca6b);
    low ^= low >>> 15;
    high = Math.imul(high + word, 0xc2b2ae35);
    high ^= high >>> 13;
  }
  for (; i < end; i++) {
    low = Math.imul(low ^ (bytes[i] as number), 0x27d4eb2f);
    high = Math.imul(high + (bytes[i] as number), 0x165667b1);
    high ^= high >>> 11;
  }
  low = Math.imul(low ^ (low >>> 16), 0x21f0aaad);
  high = Math.imul(high ^ (high >>> 15), 0x735a2d97);
  into.low = (low ^ (low >>> 15)) >>> 0;
  into.high = (high ^ (high >>> 16)) >>> 0;
}

/** One target's cache. A slot is stable until `endIteration` flushes. */
export class ScrapeCache {
  readonly seed: number;
  #capacity = 0;
  #low = new Uint32Array(0);
  #high = new Uint32Array(0);
  #refs = new Float64Array(0);
  #seen = new Uint32Array(0);
  #flags = new Uint8Array(0);
  /** Slots by hash, -1 where free; linear probing at most half full. */
  #table = new Int32Array(16).fill(noSlot);
  #size = 0;
  #iteration = 1;
  #countAtSuccess = 0;

  constructor(seed: number) {
    this.seed = seed | 1;
  }

  get size(): number {
    return this.#size;
  }

  get iteration(): number {
    return this.#iteration;
  }

  /** The slot of a text, or -1. */
  find(hash: SeriesHash): number {
    const mask = this.#table.length - 1;
    for (let at = hash.low & mask; ; at = (at + 1) & mask) {
      const slot = this.#table[at] as number;
      if (slot === noSlot) return noSlot;
      if (this.#low[slot] === hash.low && this.#high[slot] === hash.high) return slot;
    }
  }

  isDropped(slot: number): boolean {
    return ((this.#flags[slot] as number) & isDropped) !== 0;
  }

  ref(slot: number): SeriesRef {
    return this.#refs[slot] as SeriesRef;
  }

  /** The store forgot the series and made it anew. */
  setRef(slot: number, ref: SeriesRef): void {
    this.#refs[slot] = ref;
  }

  /** Notes that the text stands on the page; true when it did so before on the same page. */
  touch(slot: number): boolean {
    const again = this.#seen[slot] === this.#iteration;
    this.#seen[slot] = this.#iteration;
    return again;
  }

  add(hash: SeriesHash, ref: SeriesRef): number {
    return this.#insert(hash, ref, isUsed);
  }

  addDropped(hash: SeriesHash): void {
    this.#insert(hash, 0 as SeriesRef, isUsed | isDropped);
  }

  /** The series counts as exposed by the scrape that runs. */
  track(slot: number): void {
    this.#flags[slot] = (this.#flags[slot] as number) | isTrackedNow;
  }

  /** Appends the refs of series that the last scrape exposed and this one does not. */
  collectStale(into: SeriesRef[]): void {
    let tracked: Set<number> | undefined;
    for (let slot = 0; slot < this.#size; slot++) {
      const flags = this.#flags[slot] as number;
      if ((flags & (wasTracked | isTrackedNow)) !== wasTracked) continue;
      // Another text may stand for the same series.
      tracked ??= this.#trackedRefs();
      if (!tracked.has(this.#refs[slot] as number)) into.push(this.#refs[slot] as SeriesRef);
    }
  }

  #trackedRefs(): Set<number> {
    const refs = new Set<number>();
    for (let slot = 0; slot < this.#size; slot++) {
      if (((this.#flags[slot] as number) & isTrackedNow) !== 0) refs.add(this.#refs[slot] as number);
    }
    return refs;
  }

  /**
   * Ends a scrape. A successful one forgets the texts it did not show; a failed one only when the cache has grown
   * past twice its last good size. True when such a flush was forced.
   */
  endIteration(options: { succeeded: boolean; metadataCount: number }): boolean {
    const count = this.#size + options.metadataCount;
    const forced = !options.succeeded && count > this.#countAtSuccess * 2 + 1000;
    if (options.succeeded) this.#countAtSuccess = count;
    for (let slot = 0; slot < this.#size; slot++) {
      const flags = this.#flags[slot] as number;
      const tracked = (flags & isTrackedNow) !== 0 ? wasTracked : 0;
      this.#flags[slot] = (flags & (isUsed | isDropped)) | tracked;
    }
    if (options.succeeded || forced) this.#forgetUnseen();
    this.#iteration++;
    return forced;
  }

  /** A text that is forgotten while tracked keeps its slot, since its series still owes a stale marker. */
  #forgetUnseen(): void {
    let kept = 0;
    for (let slot = 0; slot < this.#size; slot++) {
      const stays =
        this.#seen[slot] === this.#iteration || ((this.#flags[slot] as number) & wasTracked) !== 0;
      if (!stays) continue;
      if (kept !== slot) this.#move(slot, kept);
      kept++;
    }
    if (kept === this.#size) return;
    this.#size = kept;
    this.#rehash(this.#table.length);
  }

  #move(from: number, to: number): void {
    this.#low[to] = this.#low[from] as number;
    this.#high[to] = this.#high[from] as number;
    this.#refs[to] = this.#refs[from] as number;
    this.#seen[to] = this.#seen[from] as number;
    this.#flags[to] = this.#flags[from] as number;
  }

  #insert(hash: SeriesHash, ref: SeriesRef, flags: number): number {
    if (this.#size === this.#capacity) this.#grow();
    const slot = this.#size++;
    this.#low[slot] = hash.low;
    this.#high[slot] = hash.high;
    this.#refs[slot] = ref;
    this.#seen[slot] = this.#iteration;
    this.#flags[slot] = flags;
    if (this.#size * 2 > this.#table.length) this.#rehash(this.#table.length * 2);
    else this.#place(slot);
    return slot;
  }

  #grow(): void {
    const capacity = Math.max(16, Math.ceil(this.#capacity * 1.5));
    const copy = <T extends Uint32Array | Float64Array | Uint8Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#low = copy(new Uint32Array(capacity), this.#low);
    this.#high = copy(new Uint32Array(capacity), this.#high);
    this.#refs = copy(new Float64Array(capacity), this.#refs);
    this.#seen = copy(new Uint32Array(capacity), this.#seen);
    this.#flags = copy(new Uint8Array(capacity), this.#flags);
    this.#capacity = capacity;
  }

  #rehash(length: number): void {
    this.#table =
      length === this.#table.length ? this.#table.fill(noSlot) : new Int32Array(length).fill(noSlot);
    for (let slot = 0; slot < this.#size; slot++) this.#place(slot);
  }

  #place(slot: number): void {
    const mask = this.#table.length - 1;
    let at = (this.#low[slot] as number) & mask;
    while (this.#table[at] !== noSlot) at = (at + 1) & mask;
    this.#table[at] = slot;
  }
}
