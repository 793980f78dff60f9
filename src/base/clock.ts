import { setTimeout as delay } from 'node:timers/promises';

export interface Timer {
  cancel(): void;
}

/** Time as a port: the system's in production, a fake one in tests. */
export interface Clock {
  /** Milliseconds since the epoch, an integer. May jump with the host's clock. */
  nowMs(): number;
  /** Milliseconds with fractions that only rise; for measuring spans. */
  monotonicMs(): number;
  /** Calls `run` once after `ms`; a pending timer does not keep the process alive when `unref` is set. */
  after(ms: number, run: () => void, options?: { unref?: boolean }): Timer;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Timers longer than this overflow Node's 32-bit timer and are cut into pieces by nobody: callers stay below. */
export const maxTimerMs = 2 ** 31 - 1;

export const systemClock: Clock = {
  nowMs: () => Date.now(),
  monotonicMs: () => performance.now(),
  after(ms, run, options) {
    const handle = setTimeout(run, Math.min(Math.max(ms, 0), maxTimerMs));
    if (options?.unref) handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
  sleep: (ms, signal) => delay(Math.min(Math.max(ms, 0), maxTimerMs), undefined, signal ? { signal } : {}),
};
