import { Presence } from './presence.js';

/** Transactions that are under way, for whoever must know that no sample before a time can come any more. */
export class OpenAppenders {
  readonly #presence = new Presence();
  #watchedMs: number | undefined;
  #overtaken = false;

  opened(appender: object): void {
    this.#presence.enter(appender);
  }

  ended(appender: object): void {
    this.#presence.leave(appender);
  }

  /** Resolves when all that are open by now have ended. */
  endOfOpen(): Promise<void> {
    return this.#presence.allLeft();
  }

  /** Notes whether a commit shows samples before `timeMs`, which takes an out-of-order window. */
  watch(timeMs: number): void {
    this.#watchedMs = timeMs;
    this.#overtaken = false;
  }

  get isWatched(): boolean {
    return this.#watchedMs !== undefined;
  }

  published(lowestMs: number): void {
    if (this.#watchedMs !== undefined && lowestMs < this.#watchedMs) this.#overtaken = true;
  }

  /** Answers whether there was such a commit since `watch`. */
  endWatch(): boolean {
    this.#watchedMs = undefined;
    return this.#overtaken;
  }
}
