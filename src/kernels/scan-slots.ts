import type { Steps } from '../base/index.js';
import type { Kernels } from './kernels.js';
import type { SlotColumns } from './scan.js';
import type { ScanBlock } from './scan-block.js';

/** Hash, payload, info word and place on the page. */
const slotBytes = 8 + 8 + 4 + 4;
const leastTableSlots = 1024;
/** Slots that are entered into a table between two pauses. */
const stepSlots = 32_768;

/** The slots that a scan works on, and the table by which it finds them when the page is not as expected. */
export class ScanSlots {
  readonly #kernels: Kernels;
  readonly #block: ScanBlock;
  #at = 0;
  #capacity = 0;
  #table = 0;
  #tableBytes = 0;

  constructor(kernels: Kernels, block: ScanBlock) {
    this.#kernels = kernels;
    this.#block = block;
  }

  get count(): number {
    return this.#block.get('slotCount');
  }

  /** Takes a target's slots in the place of the last one's; no table is open. */
  load({ count, hashes, payloads, infos }: SlotColumns): void {
    this.#block.set('slotCount', 0);
    this.#block.set('tableMask', 0);
    this.#reserve(count);
    const to = this.columns(count);
    to.hashes.set(hashes);
    to.payloads.set(payloads);
    to.infos.set(infos);
    this.#block.set('slotCount', count);
  }

  /** Views; valid until slots are added. */
  columns(count = this.count): SlotColumns & { readonly positions: Uint32Array } {
    const { buffer } = this.#kernels.memory;
    return {
      count,
      hashes: new Uint32Array(buffer, this.#block.get('hashes'), 2 * count),
      payloads: new Float64Array(buffer, this.#block.get('payloads'), count),
      infos: new Uint32Array(buffer, this.#block.get('infos'), count),
      positions: new Uint32Array(buffer, this.#block.get('positions'), count),
    };
  }

  /** Sees to it that there is a table and that one more slot fits. */
  *reserveOne(): Steps<void> {
    const { count } = this;
    if (count === this.#capacity) this.#reserve(count + 1);
    if (2 * (count + 1) > this.#block.get('tableMask')) yield* this.openTable();
  }

  *openTable(): Steps<void> {
    const { count } = this;
    const slots = 2 ** Math.ceil(Math.log2(Math.max(leastTableSlots, 3 * count)));
    const bytes = 4 * slots;
    if (bytes > this.#tableBytes) {
      if (this.#tableBytes > 0) this.#kernels.free(this.#table, this.#tableBytes);
      this.#tableBytes = 0;
      this.#table = this.#kernels.alloc(bytes);
      this.#tableBytes = bytes;
    }
    this.#kernels.bytes.fill(0, this.#table, this.#table + bytes);
    this.#block.set('table', this.#table);
    this.#block.set('tableMask', slots - 1);
    for (let from = 0; from < count; from += stepSlots) {
      if (from > 0) yield;
      this.#kernels.exports.scanEnter(this.#block.address, from, Math.min(from + stepSlots, count));
    }
  }

  #reserve(needed: number): void {
    if (needed <= this.#capacity && this.#capacity > 0) return;
    const { count } = this;
    const capacity = Math.max(leastTableSlots, Math.ceil(needed * (count > 0 ? 1.5 : 1.1)));
    const at = this.#kernels.alloc(slotBytes * capacity);
    const from = count > 0 ? this.columns(count) : undefined;
    this.#block.set('hashes', at);
    this.#block.set('payloads', at + 8 * capacity);
    this.#block.set('infos', at + 16 * capacity);
    this.#block.set('positions', at + 20 * capacity);
    if (from !== undefined) {
      const to = this.columns(count);
      to.hashes.set(from.hashes);
      to.payloads.set(from.payloads);
      to.infos.set(from.infos);
      to.positions.set(from.positions);
    }
    if (this.#capacity > 0) this.#kernels.free(this.#at, slotBytes * this.#capacity);
    this.#at = at;
    this.#capacity = capacity;
  }
}
