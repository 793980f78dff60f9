/**
 * A request to stop, handed down to whoever works. It is made and listened to once a request, where an AbortSignal
 * with its events would cost more than the rest of the request's bookkeeping.
 */
export class Cancellation {
  #reason: CancelReason | undefined;
  readonly #listeners = new Set<() => void>();

  /** Undefined as long as nobody has cancelled. */
  get reason(): CancelReason | undefined {
    return this.#reason;
  }

  /** The first reason stays; each listener is called once. */
  cancel(reason: CancelReason): void {
    if (this.#reason !== undefined) return;
    this.#reason = reason;
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    for (const listener of listeners) listener();
  }

  /** Not called where it is cancelled already. */
  listen(listener: () => void): void {
    this.#listeners.add(listener);
  }

  unlisten(listener: () => void): void {
    this.#listeners.delete(listener);
  }
}

export type CancelReason = 'timeout' | 'aborted';
