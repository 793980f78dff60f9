import type { Clock } from '../../base/index.js';
import { QueryError } from '../errors.js';
import type { Turns } from './turns.js';

/** Cells that a query may hold for each sample that it may hold: sparse rows have many steps without one. */
const cellsPerSample = 2;

/** Work between two looks at the outside world; the event loop gets its turn then. */
const sliceMs = 10;

/** Ends an evaluation that was cancelled, is too late, or holds too many samples. */
export class QueryGuard {
  readonly #clock: Clock;
  readonly #turns: Turns;
  readonly #signal: AbortSignal | undefined;
  readonly #interrupted: (() => boolean) | undefined;
  readonly #deadlineMs: number;
  readonly #maxSamples: number;
  #sliceStartMs: number;
  #samples = 0;
  #cells = 0;
  #peak = 0;
  #total = 0;
  #read = 0;

  constructor(options: {
    clock: Clock;
    turns: Turns;
    signal: AbortSignal | undefined;
    interrupted?: (() => boolean) | undefined;
    timeoutMs: number;
    maxSamples: number;
  }) {
    this.#clock = options.clock;
    this.#turns = options.turns;
    this.#signal = options.signal;
    this.#interrupted = options.interrupted;
    this.#sliceStartMs = options.clock.monotonicMs();
    this.#deadlineMs = this.#sliceStartMs + options.timeoutMs;
    this.#maxSamples = options.maxSamples;
  }

  /** Of the clock's monotonic time. */
  get deadlineMs(): number {
    return this.#deadlineMs;
  }

  /** Called between series and nodes; await what it answers, if anything. */
  checkpoint(): Promise<void> | undefined {
    const nowMs = this.#clock.monotonicMs();
    this.#check(nowMs);
    if (nowMs - this.#sliceStartMs < sliceMs) return undefined;
    return this.#yield();
  }

  /** Called within a series' work, where nothing can be awaited: throws when the evaluation must end. */
  readonly check = (): void => this.#check(this.#clock.monotonicMs());

  async #yield(): Promise<void> {
    await this.#turns.next();
    this.#sliceStartMs = this.#clock.monotonicMs();
    this.#check(this.#sliceStartMs);
  }

  #check(nowMs: number): void {
    if (this.#signal?.aborted || this.#interrupted?.())
      throw new QueryError('canceled', 'query was canceled in expression evaluation');
    if (nowMs > this.#deadlineMs) throw new QueryError('timeout', 'query timed out in expression evaluation');
  }

  /** Samples held from here on, until released. */
  hold(samples: number): void {
    this.#samples += samples;
    if (this.#samples > this.#peak) this.#peak = this.#samples;
    if (this.#samples > this.#maxSamples) throw tooManySamples();
  }

  release(samples: number): void {
    this.#samples -= samples;
  }

  /** Steps of rows and scalars that have memory from here on, with or without a sample, until released. */
  holdCells(cells: number): void {
    this.#cells += cells;
    if (this.#cells > this.#maxSamples * cellsPerSample) throw tooManySamples();
  }

  releaseCells(cells: number): void {
    this.#cells -= cells;
  }

  get heldCells(): number {
    return this.#cells;
  }

  /** Samples held for a moment, such as one window. */
  touch(samples: number): void {
    this.hold(samples);
    this.release(samples);
  }

  /** Samples that steps looked at, and how many of them no step before had seen. */
  count(total: number, read: number): void {
    this.#total += total;
    this.#read += read;
  }

  get held(): number {
    return this.#samples;
  }

  get peakSamples(): number {
    return this.#peak;
  }

  get totalSamples(): number {
    return this.#total;
  }

  get readSamples(): number {
    return this.#read;
  }
}

function tooManySamples(): QueryError {
  const text = 'query processing would load too many samples into memory in query execution';
  return new QueryError('execution', text);
}
