import type { Clock, Timer } from '../../src/base/index.js';

interface Pending {
  readonly atMs: number;
  readonly run: () => void;
  isCancelled: boolean;
}

/** A clock that stands still until it is moved. */
export class FakeClock implements Clock {
  #nowMs: number;
  #pending: Pending[] = [];

  constructor(startMs = 1_700_000_000_000) {
    this.#nowMs = startMs;
  }

  nowMs(): number {
    return Math.floor(this.#nowMs);
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  after(ms: number, run: () => void): Timer {
    const pending: Pending = { atMs: this.#nowMs + Math.max(0, ms), run, isCancelled: false };
    this.#pending.push(pending);
    return {
      cancel: () => {
        pending.isCancelled = true;
      },
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      this.after(ms, resolve);
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
  }

  /** Moves on by `ms`, running what falls due in order and letting promises settle in between. */
  async advance(ms: number): Promise<void> {
    const endMs = this.#nowMs + ms;
    await settle();
    for (;;) {
      const due = this.#pending
        .filter(({ isCancelled, atMs }) => !isCancelled && atMs <= endMs)
        .sort((a, b) => a.atMs - b.atMs)[0];
      if (due === undefined) break;
      this.#pending = this.#pending.filter((pending) => pending !== due && !pending.isCancelled);
      this.#nowMs = Math.max(this.#nowMs, due.atMs);
      due.run();
      await settle();
    }
    this.#nowMs = endMs;
  }
}

async function settle(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}
