import { type ELDHistogram, monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock } from '../base/index.js';
import type { SummaryReading } from '../telemetry/index.js';

/** Each tick wakes the process: more often, and an idle server is seen in the machine's load. */
const resolutionMs = 250;
const windowMs = 60_000;
const nanosecondsInSecond = 1e9;
const quantiles = [0.5, 0.9, 0.99, 1] as const;

/** By how much the event loop comes late, watched from now on. */
export class EventLoopDelay {
  readonly #clock: Clock;
  readonly #histogram: ELDHistogram;
  #windowStartMs: number;
  #last: SummaryReading;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#histogram = monitorEventLoopDelay({ resolution: resolutionMs });
    this.#histogram.enable();
    this.#windowStartMs = clock.monotonicMs();
    this.#last = { count: 0, sum: 0, quantiles: quantiles.map((quantile) => [quantile, Number.NaN]) };
  }

  /** The time between two ticks of the timer, which is its resolution at least; of the same window. */
  get ticks(): ELDHistogram {
    return this.#histogram;
  }

  /** Counts since the start; quantiles since the window began, which ends with a reading after a minute. */
  read(): SummaryReading {
    const histogram = this.#histogram;
    const { count } = histogram;
    if (count === 0) return this.#last;
    const reading: SummaryReading = {
      count: this.#last.count + count,
      sum: this.#last.sum + secondsLate(histogram.mean) * count,
      quantiles: quantiles.map((quantile) => [quantile, secondsLate(histogram.percentile(quantile * 100))]),
    };
    if (this.#clock.monotonicMs() - this.#windowStartMs >= windowMs) {
      this.#windowStartMs = this.#clock.monotonicMs();
      this.#last = reading;
      histogram.reset();
    }
    return reading;
  }
}

/** What the histogram holds is the time between two ticks of its timer. */
function secondsLate(nanoseconds: number): number {
  return Math.max(0, nanoseconds / nanosecondsInSecond - resolutionMs / 1000);
}
