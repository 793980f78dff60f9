import { setImmediate } from 'node:timers/promises';
import type { Steps } from '../../base/index.js';

/** Shows commits one at a time, in the order in which they stand in the log. */
export class Publications {
  #last: Promise<void> = Promise.resolve();

  /**
   * Takes the next place. Once `logged` has resolved and all before have had their turn, runs the steps that `publish`
   * makes, with pauses for the event loop; rejects with what `logged` rejects with, and then `publish` is not called.
   */
  add<Logged>(logged: Promise<Logged>, publish: (logged: Logged) => Steps<void>): Promise<void> {
    // It may fail before it is looked at.
    logged.catch(() => undefined);
    const published = this.#publish(this.#last, logged, publish);
    this.#last = published.catch(() => undefined);
    return published;
  }

  async #publish<Logged>(
    before: Promise<void>,
    logged: Promise<Logged>,
    publish: (logged: Logged) => Steps<void>,
  ): Promise<void> {
    await before;
    const steps = publish(await logged);
    while (!steps.next().done) await setImmediate();
  }

  /** Resolves when everything that has a place by now has had its turn. */
  settled(): Promise<void> {
    return this.#last;
  }
}
