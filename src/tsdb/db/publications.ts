import { setImmediate } from 'node:timers/promises';
import type { Steps } from '../../base/index.js';

/** Shows commits one at a time, in the order in which they stand in the log. */
export class Publications {
  #last: Promise<void> = Promise.resolve();

  /**
   * Takes the next place. Once `logged` has resolved and all before have had their turn, runs the steps that `publish`
   * makes, with pauses for the event loop; rejects with what `logged` rejects with, and then `publish` is not called.
   */
  add(logged: Promise<void>, publish: () => Steps<void>): Promise<void> {
    // It may fail before it is looked at.
    logged.catch(() => undefined);
    const published = this.#publish(this.#last, logged, publish);
    this.#last = published.catch(() => undefined);
    return published;
  }

  async #publish(before: Promise<void>, logged: Promise<void>, publish: () => Steps<void>): Promise<void> {
    await before;
    await logged;
    const steps = publish();
    while (!steps.next().done) await setImmediate();
  }

  /** Resolves when everything that has a place by now has had its turn. */
  settled(): Promise<void> {
    return this.#last;
  }
}
