import { cancelWord, creditWord, slotBytes, slotCount } from './protocol.js';

/** How long the worker sleeps between looks at a cancellation that came just before it fell asleep. */
const napMs = 100;

/** The worker's side of the slots: waits for credit, then fills the next one. */
export class PieceWriter {
  readonly #slots: Uint8Array;
  readonly #control: Int32Array;
  #next = 0;

  constructor(slots: SharedArrayBuffer, control: Int32Array) {
    this.#slots = new Uint8Array(slots);
    this.#control = control;
  }

  /** Copies up to a slot of `bytes[from…]`; answers the slot, or undefined once call `id` is no longer wanted. */
  write(bytes: Uint8Array, from: number, id: number): { slot: number; length: number } | undefined {
    if (!this.#takeCredit(id)) return undefined;
    const slot = this.#next;
    this.#next = (slot + 1) % slotCount;
    const length = Math.min(slotBytes, bytes.length - from);
    this.#slots.set(bytes.subarray(from, from + length), slot * slotBytes);
    return { slot, length };
  }

  /** Blocks the thread: whatever it waits for arrives through shared memory. */
  #takeCredit(id: number): boolean {
    const control = this.#control;
    for (;;) {
      if (Atomics.load(control, cancelWord) === id) return false;
      if (Atomics.load(control, creditWord) > 0) {
        Atomics.sub(control, creditWord, 1);
        return true;
      }
      Atomics.wait(control, creditWord, 0, napMs);
    }
  }
}
