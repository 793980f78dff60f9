import type { Steps } from '../base/index.js';
import type { Kernels } from './kernels.js';
import type { RemoteBlock } from './remote-block.js';
import { scanKeyWords } from './scan.js';

const slotBytes = 16;
const firstSlots = 4096;
/** 128 MiB of slots: when so many series are known, all are forgotten, and the next requests teach them again. */
const mostSeries = 4_000_000;
/** Slots that are moved in one go. */
const slotsInStep = 65_536;

/** Refs of series by keyed hashes of the bytes that their labels came in: for all requests on one memory. */
export class RemoteTable {
  readonly kernels: Kernels;
  readonly #keysAt: number;
  #at: number;
  #slots = firstSlots;
  #count = 0;
  /** A larger table on the way, which learns what this one does. */
  #next: { readonly at: number; readonly slots: number } | undefined;

  /** `keys` as of `scanKeys`. */
  constructor(kernels: Kernels, keys: Uint32Array) {
    this.kernels = kernels;
    this.#keysAt = kernels.alloc(scanKeyWords * 4);
    kernels.words.set(keys, this.#keysAt >>> 2);
    this.#at = this.#make(firstSlots);
  }

  get size(): number {
    return this.#count;
  }

  #make(slots: number): number {
    const at = this.kernels.alloc(slots * slotBytes);
    this.kernels.bytes.fill(0, at, at + slots * slotBytes);
    return at;
  }

  /** Before each call of a kernel. */
  show(block: RemoteBlock): void {
    block.set('table', this.#at);
    block.set('mask', this.#slots - 1);
    block.set('keys', this.#keysAt);
  }

  get isFull(): boolean {
    return this.#count * 2 >= this.#slots;
  }

  /** False where requests learn faster than a larger table is filled. */
  get hasRoom(): boolean {
    return this.#count * 4 < this.#slots * 3;
  }

  put(block: RemoteBlock, index: number, ref: number): void {
    const { exports } = this.kernels;
    if (this.#next !== undefined) {
      block.set('table', this.#next.at);
      block.set('mask', this.#next.slots - 1);
      exports.remotePut(block.at, index, ref);
    }
    this.show(block);
    if (exports.remotePut(block.at, index, ref) !== 0) this.#count++;
  }

  /** Throws `KernelMemoryError`. */
  *makeRoom(): Steps<void> {
    if (this.#next !== undefined) return;
    if (this.#count >= mostSeries) {
      this.kernels.bytes.fill(0, this.#at, this.#at + this.#slots * slotBytes);
      this.#count = 0;
      return;
    }
    const slots = this.#slots * 2;
    const next = { at: this.#make(slots), slots };
    this.#next = next;
    try {
      for (let from = 0; from < this.#slots; from += slotsInStep) {
        if (from > 0) yield;
        const to = Math.min(this.#slots, from + slotsInStep);
        this.kernels.exports.remoteMove(this.#at, from, to, next.at, slots - 1);
      }
      this.kernels.free(this.#at, this.#slots * slotBytes);
      this.#at = next.at;
      this.#slots = slots;
    } catch (error) {
      this.kernels.free(next.at, slots * slotBytes);
      throw error;
    } finally {
      this.#next = undefined;
    }
  }
}
