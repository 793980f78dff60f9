import type { PositionRange } from '../ast/index.js';
import type { Evaluation, StepGrid } from '../engine/index.js';
import type { Forced } from './classic-quantile.js';

interface Collected {
  minBucket: number;
  maxBucket: number;
  maxDifference: number;
  firstStep: number;
  lastStep: number;
  /** How many histograms were corrected at each step. */
  readonly times: Uint32Array;
}

/** Collects the buckets that a call had to correct, over all its histograms and steps. */
export class MonotonicityNotes {
  readonly #grid: StepGrid;
  readonly #collected = new Map<string, Collected>();

  constructor(grid: StepGrid) {
    this.#grid = grid;
  }

  add(metricName: string, step: number, { minBucket, maxBucket, maxDifference }: Forced): void {
    let known = this.#collected.get(metricName);
    if (known === undefined) {
      const times = new Uint32Array(this.#grid.steps);
      known = { minBucket, maxBucket, maxDifference, firstStep: step, lastStep: step, times };
      this.#collected.set(metricName, known);
    }
    known.minBucket = Math.min(known.minBucket, minBucket);
    known.maxBucket = Math.max(known.maxBucket, maxBucket);
    known.maxDifference = Math.max(known.maxDifference, maxDifference);
    known.firstStep = Math.min(known.firstStep, step);
    known.lastStep = Math.max(known.lastStep, step);
    known.times[step] = (known.times[step] as number) + 1;
  }

  report({ annotations }: Evaluation, position: PositionRange): void {
    const { startMs, stepMs } = this.#grid;
    for (const [metricName, { times, firstStep, lastStep, ...extent }] of this.#collected) {
      const span = { firstMs: startMs + firstStep * stepMs, lastMs: startMs + lastStep * stepMs };
      annotations.forcedMonotonicity(
        metricName,
        { ...extent, ...span, count: upstreamCount(times) },
        position,
      );
    }
  }
}

/**
 * The number of samples in upstream's text. Its range evaluation merges a call's annotations with themselves after
 * every step, so that what was counted doubles; in 64 bits.
 */
function upstreamCount(times: Uint32Array): bigint {
  let count = 0n;
  for (const here of times)
    count = count === 0n ? BigInt(here) : BigInt.asIntN(64, 2n * (count + BigInt(here)));
  return count;
}
