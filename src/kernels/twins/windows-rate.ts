import {
  reduceWindows,
  samplesRead,
  type WindowInput,
  type WindowOutput,
  type WindowReport,
} from './windows.js';

export interface RateOptions {
  /** Corrects for counter resets and never extrapolates below zero. */
  readonly isCounter: boolean;
  /** Divides by the range. */
  readonly perSecond: boolean;
}

export interface RateReport extends WindowReport {
  /** Windows in which a sample's start time lies before its predecessor. */
  readonly overlaps: number;
}

/** Go's Duration.Seconds: whole seconds and the rest are divided apart. */
export function goSeconds(ms: number): number {
  return Math.trunc(ms / 1000) + ((ms % 1000) * 1e6) / 1e9;
}

/** Source: promql/functions.go, isStartTimestampReset. */
export function isStartReset(previousStart: number, previous: number, start: number, time: number): boolean {
  if (start === 0 || start >= time || start < previous) return false;
  if (start > previous) return true;
  if (previousStart > previous) return false;
  return previousStart !== 0 && previousStart !== previous;
}

/** rate, increase and delta. Source: promql/functions.go, extrapolatedRate. */
export function rateWindow(input: WindowInput, out: WindowOutput, options: RateOptions): RateReport {
  const { isCounter } = options;
  const starts = isCounter ? input.startTimestamps : undefined;
  const resets = isCounter ? resetRows(input, starts) : new Uint32Array(0);
  const overlaps = starts === undefined ? new Uint32Array(0) : overlapRows(input, starts);
  const factorRange = options.perSecond ? goSeconds(input.rangeMs) : 1;
  const { timestamps, values, length, firstEndMs, stepMs, steps, rangeMs } = input;
  let from = 0;
  let to = 0;
  let firstReset = 0;
  let most = 0;
  let total = 0;
  let firstTo = 0;
  let overlapping = 0;
  for (let step = 0; step < steps; step++) {
    const endMs = firstEndMs + step * stepMs;
    const startMs = endMs - rangeMs;
    while (to < length && (timestamps[to] as number) <= endMs) to++;
    while (from < to && (timestamps[from] as number) <= startMs) from++;
    const at = out.offset + step;
    out.present[at] = 0;
    if (to - from > most) most = to - from;
    total += to - from;
    if (step === 0) firstTo = to;
    if (to === from) continue;
    const last = to - 1;
    let result = (values[last] as number) - (values[from] as number);
    while (firstReset < resets.length && (resets[firstReset] as number) <= from) firstReset++;
    for (let r = firstReset; r < resets.length && (resets[r] as number) < to; r++) {
      result += values[(resets[r] as number) - 1] as number;
    }
    if (overlaps.length > 0 && holdsAny(overlaps, from, to)) overlapping++;
    const firstMs = timestamps[from] as number;
    const lastMs = timestamps[last] as number;
    let toStart = (firstMs - startMs) / 1000;
    let toEnd = (endMs - lastMs) / 1000;
    let sampled = (lastMs - firstMs) / 1000;
    const average = last > from ? sampled / (last - from) : 0;
    const threshold = average * 1.1;
    const begin = starts === undefined ? 0 : (starts[from] as number);
    if (begin !== 0 && begin > startMs && begin < firstMs) {
      // The counter began within the window: a zero stood there, so nothing is extrapolated to the left.
      toStart = 0;
      sampled = (lastMs - begin) / 1000;
      result += values[from] as number;
    } else if (last === from) {
      continue;
    } else {
      if (toStart >= threshold) toStart = average / 2;
      const first = values[from] as number;
      if (isCounter && result > 0 && first >= 0) {
        const toZero = sampled * (first / result);
        if (toZero < toStart) toStart = toZero;
      }
    }
    if (toEnd >= threshold) toEnd = average / 2;
    let factor = 1;
    if (sampled !== 0) factor = (sampled + toStart + toEnd) / sampled;
    if (options.perSecond) factor /= factorRange;
    out.values[at] = result * factor;
    out.present[at] = 1;
  }
  return { overlaps: overlapping, most, total, read: samplesRead(input, total, firstTo, to) };
}

/** Rows that begin anew: the counter fell, or its start time says so. Rising. */
function resetRows(input: WindowInput, starts: Float64Array | undefined): Uint32Array {
  const { values, length } = input;
  let count = 0;
  for (let i = 1; i < length; i++) if (isReset(input, starts, i)) count++;
  const rows = new Uint32Array(count);
  if (count === 0) return rows;
  count = 0;
  for (let i = 1; i < values.length && i < length; i++) if (isReset(input, starts, i)) rows[count++] = i;
  return rows;
}

function isReset(input: WindowInput, starts: Float64Array | undefined, i: number): boolean {
  if ((input.values[i] as number) < (input.values[i - 1] as number)) return true;
  if (starts === undefined) return false;
  const { timestamps } = input;
  return isStartReset(
    starts[i - 1] as number,
    timestamps[i - 1] as number,
    starts[i] as number,
    timestamps[i] as number,
  );
}

function overlapRows(input: WindowInput, starts: Float64Array): Uint32Array {
  const rows: number[] = [];
  for (let i = 1; i < input.length; i++) {
    const start = starts[i] as number;
    if (start !== 0 && start < (input.timestamps[i - 1] as number) && start !== starts[i - 1]) rows.push(i);
  }
  return Uint32Array.from(rows);
}

/** Whether a row lies in `from + 1` to `to` (excluded). */
function holdsAny(rows: Uint32Array, from: number, to: number): boolean {
  for (const row of rows) if (row > from && row < to) return true;
  return false;
}

/** irate and idelta. Source: promql/functions.go, instantValue. */
export function instantRateWindow(input: WindowInput, out: WindowOutput, isRate: boolean): WindowReport {
  return reduceWindows(input, out, 2, isRate ? instantRate : instantDelta);
}

function instantDelta({ values }: WindowInput, _from: number, to: number): number {
  return (values[to - 1] as number) - (values[to - 2] as number);
}

function instantRate(input: WindowInput, _from: number, to: number): number {
  const { values, timestamps, startTimestamps } = input;
  const current = values[to - 1] as number;
  const previous = values[to - 2] as number;
  const time = timestamps[to - 1] as number;
  const previousTime = timestamps[to - 2] as number;
  const reset =
    current < previous ||
    (startTimestamps !== undefined &&
      isStartReset(startTimestamps[to - 2] as number, previousTime, startTimestamps[to - 1] as number, time));
  return (reset ? current : current - previous) / ((time - previousTime) / 1000);
}

/** resets(): how often a window's counter began anew. */
export function resetsWindow(input: WindowInput, out: WindowOutput): WindowReport {
  const rows = resetRows(input, input.startTimestamps);
  let first = 0;
  return reduceWindows(input, out, 1, (_input, from, to) => {
    while (first < rows.length && (rows[first] as number) <= from) first++;
    let end = first;
    while (end < rows.length && (rows[end] as number) < to) end++;
    return end - first;
  });
}

/** changes(): how often a window's value differs from the one before; NaN equals NaN. */
export function changesWindow(input: WindowInput, out: WindowOutput): WindowReport {
  return reduceWindows(input, out, 1, countChanges);
}

function countChanges({ values }: WindowInput, from: number, to: number): number {
  let changes = 0;
  let previous = values[from] as number;
  for (let i = from + 1; i < to; i++) {
    const value = values[i] as number;
    if (value !== previous && !(Number.isNaN(value) && Number.isNaN(previous))) changes++;
    previous = value;
  }
  return changes;
}
