/**
 * What `*_over_time` does with one window. Sums are compensated after Kahan and Neumaier in upstream's order
 * (util/kahansum): the compensation is dropped once the sum is infinite. Source: promql/functions.go.
 */
import { quantileOf } from './quantile.js';
import type { WindowInput } from './windows.js';

const maxFinite = Number.MAX_VALUE;

export function sumOverTime({ values }: WindowInput, from: number, to: number): number {
  let sum = 0;
  let compensation = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    const total = sum + value;
    if (total > maxFinite || total < -maxFinite) compensation = 0;
    else if (Math.abs(sum) >= Math.abs(value)) compensation += sum - total + value;
    else compensation += value - total + sum;
    sum = total;
  }
  return sum > maxFinite || sum < -maxFinite ? sum : sum + compensation;
}

export function averageOverTime({ values }: WindowInput, from: number, to: number): number {
  let sum = values[from] as number;
  let compensation = 0;
  for (let i = from + 1; i < to; i++) {
    const value = values[i] as number;
    const total = sum + value;
    if (total > maxFinite || total < -maxFinite) {
      const count = i - from;
      return incrementalAverage(values, i, to, from, sum / count, compensation / count);
    }
    if (Math.abs(sum) >= Math.abs(value)) compensation += sum - total + value;
    else compensation += value - total + sum;
    sum = total;
  }
  const count = to - from;
  return sum / count + compensation / count;
}

/** From the sample on whose addition would overflow: the mean itself is carried. */
function incrementalAverage(
  values: Float64Array,
  at: number,
  to: number,
  from: number,
  meanSoFar: number,
  compensationSoFar: number,
): number {
  let mean = meanSoFar;
  let compensation = compensationSoFar;
  for (let i = at; i < to; i++) {
    const count = i - from + 1;
    const share = (count - 1) / count;
    const value = (values[i] as number) / count;
    mean *= share;
    compensation *= share;
    const total = mean + value;
    if (total > maxFinite || total < -maxFinite) compensation = 0;
    else if (Math.abs(mean) >= Math.abs(value)) compensation += mean - total + value;
    else compensation += value - total + mean;
    mean = total;
  }
  return mean + compensation;
}

export function varianceOverTime({ values }: WindowInput, from: number, to: number): number {
  let mean = 0;
  let meanRest = 0;
  let sum = 0;
  let sumRest = 0;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    const delta = value - (mean + meanRest);
    const step = delta / (i - from + 1);
    const meanTotal = mean + step;
    if (meanTotal > maxFinite || meanTotal < -maxFinite) meanRest = 0;
    else if (Math.abs(mean) >= Math.abs(step)) meanRest += mean - meanTotal + step;
    else meanRest += step - meanTotal + mean;
    mean = meanTotal;
    const square = delta * (value - (mean + meanRest));
    const total = sum + square;
    if (total > maxFinite || total < -maxFinite) sumRest = 0;
    else if (Math.abs(sum) >= Math.abs(square)) sumRest += sum - total + square;
    else sumRest += square - total + sum;
    sum = total;
  }
  return (sum + sumRest) / (to - from);
}

export function deviationOverTime(input: WindowInput, from: number, to: number): number {
  return Math.sqrt(varianceOverTime(input, from, to));
}

export function minOverTime({ values }: WindowInput, from: number, to: number): number {
  let min = values[from] as number;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (value < min || Number.isNaN(min)) min = value;
  }
  return min;
}

export function maxOverTime({ values }: WindowInput, from: number, to: number): number {
  let max = values[from] as number;
  for (let i = from; i < to; i++) {
    const value = values[i] as number;
    if (value > max || Number.isNaN(max)) max = value;
  }
  return max;
}

/** Seconds of the last sample that is the smallest. */
export function timeOfMin({ values, timestamps }: WindowInput, from: number, to: number): number {
  let best = from;
  for (let i = from; i < to; i++) {
    const min = values[best] as number;
    if ((values[i] as number) <= min || Number.isNaN(min)) best = i;
  }
  return (timestamps[best] as number) / 1000;
}

/** Seconds of the last sample that is the greatest. */
export function timeOfMax({ values, timestamps }: WindowInput, from: number, to: number): number {
  let best = from;
  for (let i = from; i < to; i++) {
    const max = values[best] as number;
    if ((values[i] as number) >= max || Number.isNaN(max)) best = i;
  }
  return (timestamps[best] as number) / 1000;
}

export function quantileOverTime(input: WindowInput, from: number, to: number, step: number): number {
  const q = (input.params[0] as Float64Array)[step] as number;
  return quantileOf(q, input.values.slice(from, to), to - from);
}

/** The median distance from the median; NaN when a sample is. */
export function medianDeviationOverTime({ values }: WindowInput, from: number, to: number): number {
  const window = values.slice(from, to);
  for (let i = 0; i < window.length; i++) if (Number.isNaN(window[i])) return Number.NaN;
  const median = quantileOf(0.5, window, window.length);
  for (let i = 0; i < window.length; i++) window[i] = Math.abs((window[i] as number) - median);
  return quantileOf(0.5, window, window.length);
}

/** Source: promql/functions.go, funcDoubleExponentialSmoothing; factors were checked by the caller. */
export function smoothOverTime(input: WindowInput, from: number, to: number, step: number): number {
  const { values, params } = input;
  const smoothing = (params[0] as Float64Array)[step] as number;
  const trendFactor = (params[1] as Float64Array)[step] as number;
  let before = 0;
  let smoothed = values[from] as number;
  let trend = (values[from + 1] as number) - (values[from] as number);
  for (let i = from + 1; i < to; i++) {
    const x = smoothing * (values[i] as number);
    if (i > from + 1) trend = trendFactor * (smoothed - before) + (1 - trendFactor) * trend;
    const y = (1 - smoothing) * (smoothed + trend);
    before = smoothed;
    smoothed = x + y;
  }
  return smoothed;
}
