/**
 * Range-vector windows over one series. The window of step i ends at `firstEndMs + i * stepMs`, is `rangeMs` long and
 * open on its left: a sample at the end belongs to it, one at the start does not. Two cursors move over the samples,
 * so that a step costs what it adds. Source of the arithmetic, in its order: promql/functions.go.
 */
export interface WindowInput {
  /** Rising, integer ms, rows 0 to `length`; no stale markers among the values. */
  readonly timestamps: Float64Array;
  readonly values: Float64Array;
  readonly length: number;
  /** 0 where unknown; absent where they are not to be used. */
  readonly startTimestamps: Float64Array | undefined;
  readonly firstEndMs: number;
  /** 0 where all steps look at one window. */
  readonly stepMs: number;
  readonly steps: number;
  readonly rangeMs: number;
  /** When step 0 is evaluated and how far the steps are apart; differs from the windows' ends by the offset. */
  readonly firstEvalMs: number;
  readonly evalStepMs: number;
  /** Scalar arguments, one value a step each. */
  readonly params: readonly Float64Array[];
}

/** Row `offset` to `offset + steps`; a kernel writes `present` for every step and `values` where it is 1. */
export interface WindowOutput {
  readonly values: Float64Array;
  readonly present: Uint8Array;
  readonly offset: number;
}

/**
 * What a kernel saw: the most samples that one window held, those of all windows added up, and those that a window
 * had and the one before it had not.
 */
export interface WindowReport {
  readonly most: number;
  readonly total: number;
  readonly read: number;
}

/** The result for samples `from` to `to` (excluded, at least the asked-for minimum) at step `step`. */
export type WindowReducer = (input: WindowInput, from: number, to: number, step: number) => number;

/** Calls `reduce` once for each window that holds at least `minimum` samples. */
export function reduceWindows(
  input: WindowInput,
  out: WindowOutput,
  minimum: number,
  reduce: WindowReducer,
): WindowReport {
  const { timestamps, length, firstEndMs, stepMs, steps, rangeMs } = input;
  let from = 0;
  let to = 0;
  let most = 0;
  let total = 0;
  let firstTo = 0;
  for (let step = 0; step < steps; step++) {
    const endMs = firstEndMs + step * stepMs;
    while (to < length && (timestamps[to] as number) <= endMs) to++;
    while (from < to && (timestamps[from] as number) <= endMs - rangeMs) from++;
    const count = to - from;
    if (count > most) most = count;
    total += count;
    if (step === 0) firstTo = to;
    if (count >= minimum) {
      out.present[out.offset + step] = 1;
      out.values[out.offset + step] = reduce(input, from, to, step);
    } else {
      out.present[out.offset + step] = 0;
    }
  }
  return { most, total, read: samplesRead(input, total, firstTo, to) };
}

/** `firstTo` and `lastTo` are the ends of the first and the last window. */
export function samplesRead(input: WindowInput, total: number, firstTo: number, lastTo: number): number {
  const { timestamps, firstEndMs, stepMs, rangeMs } = input;
  if (stepMs >= rangeMs) return total;
  let from = firstTo;
  while (from > 0 && (timestamps[from - 1] as number) > firstEndMs - rangeMs) from--;
  return lastTo - from;
}

export interface LatestInput {
  readonly timestamps: Float64Array;
  readonly length: number;
  readonly firstMs: number;
  readonly stepMs: number;
  readonly steps: number;
  readonly lookbackMs: number;
}

/**
 * The instant selector: for each step the row of the last sample that is not older than the lookback (the left edge
 * excluded), or -1. Stale markers are the caller's to drop.
 */
export function latestRows(input: LatestInput, rows: Int32Array): void {
  const { timestamps, length, firstMs, stepMs, steps, lookbackMs } = input;
  let next = 0;
  for (let step = 0; step < steps; step++) {
    const atMs = firstMs + step * stepMs;
    while (next < length && (timestamps[next] as number) <= atMs) next++;
    rows[step] = next > 0 && (timestamps[next - 1] as number) > atMs - lookbackMs ? next - 1 : -1;
  }
}

/** Marks the steps whose window holds at least one of the timestamps. */
export function markWindows(
  timestamps: Float64Array,
  length: number,
  grid: Pick<WindowInput, 'firstEndMs' | 'stepMs' | 'steps' | 'rangeMs'>,
  marks: Uint8Array,
): void {
  let from = 0;
  let to = 0;
  for (let step = 0; step < grid.steps; step++) {
    const endMs = grid.firstEndMs + step * grid.stepMs;
    while (to < length && (timestamps[to] as number) <= endMs) to++;
    while (from < to && (timestamps[from] as number) <= endMs - grid.rangeMs) from++;
    marks[step] = to > from ? 1 : 0;
  }
}
