import { noSeries, type SeriesRef } from '../storage/index.js';

const mostSeries = 4_000_000;
const mostBytes = 512 * 1024 * 1024;

/**
 * Finds a series by the bytes that its labels came in, so that a known one costs no text. Verified byte for byte. When
 * it is full it forgets everything: the next request fills it again.
 */
export class SeriesCache {
  #slots = new Uint32Array(1 << 12);
  #hashes = new Uint32Array(1 << 11);
  #starts = new Float64Array(1 << 11);
  #refs = new Float64Array(1 << 11);
  #bytes = new Uint8Array(1 << 16);
  #ownView = viewOf(this.#bytes);
  #seen: Uint8Array = this.#bytes;
  #seenView = this.#ownView;
  #count = 0;
  #used = 0;

  get size(): number {
    return this.#count;
  }

  /** `noSeries` when these bytes are unknown. */
  find(bytes: Uint8Array, at: number, end: number): SeriesRef {
    const view = this.#viewOf(bytes);
    const entry = this.#slots[this.#slotOf(hashOf(view, at, end), view, at, end)] as number;
    return entry === 0 ? noSeries : (this.#refs[entry - 1] as SeriesRef);
  }

  /** Copies the bytes. A series that is known under them already is replaced. */
  put(bytes: Uint8Array, { at, end, ref }: { at: number; end: number; ref: SeriesRef }): void {
    const length = end - at;
    if (this.#count === mostSeries || this.#used + length > mostBytes) this.#clear();
    const view = this.#viewOf(bytes);
    const hash = hashOf(view, at, end);
    const known = this.#slots[this.#slotOf(hash, view, at, end)] as number;
    if (known !== 0) {
      this.#refs[known - 1] = ref;
      return;
    }
    this.#makeRoom(length);
    const entry = this.#count++;
    this.#hashes[entry] = hash;
    this.#starts[entry] = this.#used;
    this.#starts[entry + 1] = this.#used + length;
    this.#refs[entry] = ref;
    this.#bytes.set(bytes.subarray(at, end), this.#used);
    this.#used += length;
    this.#slots[this.#slotOf(hash, view, at, end)] = entry + 1;
  }

  /** A request asks for thousands of series in the same bytes. */
  #viewOf(bytes: Uint8Array): DataView {
    if (bytes !== this.#seen) {
      this.#seen = bytes;
      this.#seenView = viewOf(bytes);
    }
    return this.#seenView;
  }

  /** Of the entry with these bytes, or the empty one where it belongs. */
  #slotOf(hash: number, view: DataView, at: number, end: number): number {
    const slots = this.#slots;
    const mask = slots.length - 1;
    for (let slot = hash & mask; ; slot = (slot + 1) & mask) {
      const entry = slots[slot] as number;
      if (entry === 0) return slot;
      if (this.#hashes[entry - 1] === hash && this.#isEqual(entry - 1, view, at, end)) return slot;
    }
  }

  #isEqual(entry: number, view: DataView, at: number, end: number): boolean {
    const start = this.#starts[entry] as number;
    const length = end - at;
    if ((this.#starts[entry + 1] as number) - start !== length) return false;
    const own = this.#ownView;
    let i = 0;
    for (; i + 4 <= length; i += 4) {
      if (own.getUint32(start + i, true) !== view.getUint32(at + i, true)) return false;
    }
    for (; i < length; i++) if (own.getUint8(start + i) !== view.getUint8(at + i)) return false;
    return true;
  }

  #makeRoom(length: number): void {
    if (this.#used + length > this.#bytes.length) {
      const wider = new Uint8Array(Math.max(this.#bytes.length * 2, this.#used + length));
      wider.set(this.#bytes);
      this.#bytes = wider;
      this.#ownView = viewOf(wider);
    }
    if (this.#count + 2 > this.#hashes.length) this.#growEntries();
    if ((this.#count + 1) * 2 > this.#slots.length) this.#rehash();
  }

  #growEntries(): void {
    const size = this.#hashes.length * 2;
    const hashes = new Uint32Array(size);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
    const starts = new Float64Array(size);
    starts.set(this.#starts);
    this.#starts = starts;
    const refs = new Float64Array(size);
    refs.set(this.#refs);
    this.#refs = refs;
  }

  #rehash(): void {
    const slots = new Uint32Array(this.#slots.length * 2);
    const mask = slots.length - 1;
    for (let entry = 0; entry < this.#count; entry++) {
      let slot = (this.#hashes[entry] as number) & mask;
      while (slots[slot] !== 0) slot = (slot + 1) & mask;
      slots[slot] = entry + 1;
    }
    this.#slots = slots;
  }

  #clear(): void {
    this.#slots.fill(0);
    this.#count = 0;
    this.#used = 0;
  }
}

/** Four bytes a step: the labels of a sample are some 200 bytes. */
function hashOf(view: DataView, at: number, end: number): number {
  let hash = 0x811c9dc5 ^ (end - at);
  let i = at;
  for (; i + 4 <= end; i += 4) {
    hash = Math.imul(hash ^ view.getUint32(i, true), 0x9e3779b1);
    hash ^= hash >>> 15;
  }
  for (; i < end; i++) hash = Math.imul(hash ^ view.getUint8(i), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  return (hash ^ (hash >>> 13)) >>> 0;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
