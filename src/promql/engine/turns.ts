import type { Clock } from '../../base/index.js';

/**
 * Queries that work at the same time take turns, one slice of work a turn of the event loop: requests wait for one
 * slice, however many queries there are.
 */
export class Turns {
  readonly #clock: Clock;
  /** What wakes each waiting query; a set keeps their order. */
  readonly #waiting = new Set<() => void>();
  #isAwaited = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Resolves when it is the caller's turn. */
  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add(resolve);
      this.#awaitTurn();
    });
  }

  #awaitTurn(): void {
    if (this.#isAwaited || this.#waiting.size === 0) return;
    this.#isAwaited = true;
    this.#clock.after(0, () => {
      this.#isAwaited = false;
      const [first] = this.#waiting;
      if (first === undefined) return;
      this.#waiting.delete(first);
      this.#awaitTurn();
      first();
    });
  }
}
