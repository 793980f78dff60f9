import type { Clock } from '../../base/index.js';
import { QueryError } from '../errors.js';

export interface QueryGateOptions {
  /** Queries that run at a time. */
  readonly maxRunning: number;
  /** Queries that wait for a place; more are refused at once. */
  readonly maxWaiting: number;
}

interface Patience {
  readonly clock: Clock;
  /** Of the clock's monotonic time. */
  readonly deadlineMs: number;
  readonly signal: AbortSignal | undefined;
}

/** Lets a number of queries run at a time; the others wait in the order in which they came. */
export class QueryGate {
  readonly #options: QueryGateOptions;
  #running = 0;
  /** What lets each waiting query in, false for one that came too late; a set keeps their order. */
  readonly #waiting = new Set<() => boolean>();

  constructor(options: QueryGateOptions) {
    this.#options = options;
  }

  /** Resolves to what must be called when the query has ended; rejects with `QueryError`. */
  async enter(patience: Patience): Promise<() => void> {
    const { maxRunning, maxWaiting } = this.#options;
    if (this.#running >= maxRunning) {
      if (this.#waiting.size >= maxWaiting) {
        const text = `query queue is full: ${maxRunning} queries run and ${maxWaiting} wait, try again later`;
        throw new QueryError('timeout', text);
      }
      await this.#wait(patience);
    } else this.#running++;
    return () => this.#leave();
  }

  /** The place of a query that ends goes to the one that waited longest. */
  #leave(): void {
    for (const admit of this.#waiting) if (admit()) return;
    this.#running--;
  }

  #wait({ clock, deadlineMs, signal }: Patience): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (): void => {
        this.#waiting.delete(admit);
        timer.cancel();
        signal?.removeEventListener('abort', onAbort);
      };
      const admit = (): boolean => {
        // Timers may be late where much is going on.
        if (clock.monotonicMs() >= deadlineMs) {
          onLate();
          return false;
        }
        end();
        resolve();
        return true;
      };
      const onAbort = (): void => {
        end();
        reject(new QueryError('canceled', 'query was canceled in query queue'));
      };
      const onLate = (): void => {
        end();
        reject(new QueryError('timeout', 'query timed out in query queue'));
      };
      const timer = clock.after(Math.max(0, deadlineMs - clock.monotonicMs()), onLate);
      this.#waiting.add(admit);
      signal?.addEventListener('abort', onAbort);
    });
  }
}
