import type { Piece, PieceSource } from '../../web/index.js';
import { creditWord, slotBytes } from './protocol.js';

/** A worker's slots as main sees them. */
export class Slots {
  readonly #bytes: SharedArrayBuffer;
  readonly #control: Int32Array;

  constructor(bytes: SharedArrayBuffer, control: Int32Array) {
    this.#bytes = bytes;
    this.#control = control;
  }

  /** The first `length` bytes of a slot; they change once the slot's credit is back. */
  view(slot: number, length: number): Buffer {
    // Node writes from shared memory as from any other; its types name unshared memory alone.
    return Buffer.from(this.#bytes as unknown as ArrayBuffer, slot * slotBytes, length);
  }

  giveBack(count: number): void {
    Atomics.add(this.#control, creditWord, count);
    Atomics.notify(this.#control, creditWord);
  }
}

/** The body of one answer as it arrives from a worker. */
export class RelayedPieces implements PieceSource {
  readonly #slots: Slots;
  readonly #onSettled: () => void;
  readonly #arrived: Piece[] = [];
  readonly #inUse = new Set<Piece>();
  #reader: PromiseWithResolvers<Piece> | undefined;
  #failure: Error | undefined;
  #isClosed = false;
  #isEnded = false;

  /** `onSettled` is called once: the worker has ended the answer and all of its slots are free. */
  constructor(slots: Slots, onSettled: () => void) {
    this.#slots = slots;
    this.#onSettled = onSettled;
  }

  /** The worker sent a part. An answer of one part is copied, so that a slow client keeps no worker. */
  push(slot: number, length: number, { isFirst, isLast }: { isFirst: boolean; isLast: boolean }): void {
    const view = this.#slots.view(slot, length);
    if (isFirst && isLast) {
      this.#slots.giveBack(1);
      this.#offer({ bytes: Buffer.from(view), isLast });
    } else {
      const piece: Piece = { bytes: view, isLast, release: () => this.#release(piece) };
      this.#inUse.add(piece);
      if (this.#isClosed) this.#release(piece);
      else this.#offer(piece);
    }
    if (isLast) this.end();
  }

  /** There is nothing more to come. */
  end(failure?: Error): void {
    this.fail(failure);
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.#inUse.size === 0) this.#onSettled();
  }

  /** Whoever reads the answer is told so; the worker may go on for a while. */
  fail(failure: Error | undefined): void {
    this.#failure ??= failure;
    if (this.#failure !== undefined) this.#reader?.reject(this.#failure);
  }

  next(): Piece | Promise<Piece> {
    const piece = this.#arrived.shift();
    if (piece !== undefined) return piece;
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#reader = Promise.withResolvers();
    return this.#reader.promise;
  }

  close(): void {
    this.#isClosed = true;
    for (const piece of [...this.#inUse]) this.#release(piece);
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  #offer(piece: Piece): void {
    if (this.#reader === undefined) this.#arrived.push(piece);
    else {
      this.#reader.resolve(piece);
      this.#reader = undefined;
    }
  }

  #release(piece: Piece): void {
    if (!this.#inUse.delete(piece)) return;
    this.#slots.giveBack(1);
    if (this.#isEnded && this.#inUse.size === 0) this.#onSettled();
  }
}
