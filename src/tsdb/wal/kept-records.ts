import type { StoredRecord } from './format.js';

const blockBytes = 1 << 20;
const keptBlocks = 8;

/** Copies of records that may have to be written again, in blocks that are used again: one commit makes no garbage. */
export class KeptRecords {
  #blocks: Uint8Array[] = [];
  #block = 0;
  #used = 0;

  /** Good until `clear`. */
  keep(bytes: Uint8Array, compression: number): StoredRecord {
    const { length } = bytes;
    if (length > blockBytes) return { stored: bytes.slice(), compression };
    if (this.#used + length > blockBytes) {
      this.#block++;
      this.#used = 0;
    }
    this.#blocks[this.#block] ??= new Uint8Array(blockBytes);
    const block = this.#blocks[this.#block] as Uint8Array;
    block.set(bytes, this.#used);
    const stored = block.subarray(this.#used, this.#used + length);
    this.#used += length;
    return { stored, compression };
  }

  /** Nothing that was kept is needed any more. */
  clear(): void {
    this.#block = 0;
    this.#used = 0;
    if (this.#blocks.length > keptBlocks) this.#blocks.length = keptBlocks;
  }
}
