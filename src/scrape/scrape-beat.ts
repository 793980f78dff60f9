/**
 * When scrapes are rare, each finds the process asleep and its caches cold, which costs several times the scrape
 * itself. So they come in convoys: starts are moved to the next beat, which is far apart enough for some scrapes to
 * share it, near enough to keep a target's place in the interval, and never so far that a convoy holds the event loop.
 */

/** Beats divide the usual intervals, so that loops of different intervals stay together. */
const beatsMs: readonly number[] = [1000, 500, 200, 100, 50, 20, 10];
/** Scrapes that may share a beat: some milliseconds of work. */
const largestConvoy = 40;
/** A target's place may move by this part of its interval. */
const intervalParts = 5;

/** One for all loops of a server. */
export class ScrapeBeat {
  readonly #ratesByPool = new Map<object, number>();

  /** What a pool of targets is going to scrape; 0 targets when it ends. */
  expect(pool: object, load: { readonly targets: number; readonly intervalMs: number }): void {
    if (load.targets === 0) this.#ratesByPool.delete(pool);
    else this.#ratesByPool.set(pool, load.targets / load.intervalMs);
  }

  /** The time from now to the first beat at `offsetMs` or after it. */
  align(offsetMs: number, { nowMs, intervalMs }: { nowMs: number; intervalMs: number }): number {
    let perMs = 0;
    for (const rate of this.#ratesByPool.values()) perMs += rate;
    const longestMs = Math.min(intervalMs / intervalParts, largestConvoy / perMs);
    const beatMs = beatsMs.find((ms) => ms <= longestMs);
    return beatMs === undefined ? offsetMs : Math.ceil((nowMs + offsetMs) / beatMs) * beatMs - nowMs;
  }
}
