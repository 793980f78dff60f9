/** Between two samples. Source: promql/functions.go (interpolate, interpolateHistograms). */
import type { Histogram } from '../../model/index.js';
import type { PositionRange } from '../ast/index.js';
import { HistogramSum } from '../histograms/index.js';
import type { Annotations } from './annotations.js';
import type { SampleWindow } from './sample-window.js';

interface Between {
  /** The sample before the moment; the next one is behind it. */
  readonly before: number;
  readonly atMs: number;
  /** A fall is a reset: the counter began at zero. */
  readonly isCounter: boolean;
}

export function interpolateFloats(window: SampleWindow, { before, atMs, isCounter }: Between): number {
  const [fromMs, toMs] = [window.timeOf(before), window.timeOf(before + 1)];
  const to = window.valueOf(before + 1);
  const from = isCounter && to < window.valueOf(before) ? 0 : window.valueOf(before);
  return from + ((to - from) * (atMs - fromMs)) / (toMs - fromMs);
}

/** Undefined where the two do not fit, which is said. */
export function interpolateHistograms(
  window: SampleWindow,
  { before, atMs, isCounter }: Between,
  say: { readonly annotations: Annotations; readonly metricName: string; readonly position: PositionRange },
): Histogram | undefined {
  const { annotations, metricName, position } = say;
  const [fromMs, toMs] = [window.timeOf(before), window.timeOf(before + 1)];
  const [from, to] = [window.histogramOf(before), window.histogramOf(before + 1)];
  if (atMs === fromMs) return from;
  if (atMs === toMs) return to;
  const fraction = (atMs - fromMs) / (toMs - fromMs);
  const result = HistogramSum.of(to);
  if (isCounter && window.isReset(before + 1)) {
    result.scale(fraction);
    return result.histogram();
  }
  const difference = result.add(from, { sign: -1 });
  if (difference.isIncompatible) {
    annotations.mixedSchemas(metricName, position);
    return undefined;
  }
  if (difference.isReconciled) annotations.reconciledBuckets('subtraction', position);
  result.scale(fraction);
  if (result.add(from).isReconciled) annotations.reconciledBuckets('addition', position);
  return result.histogram();
}

/** The samples that stand for a range: the last one at or before its beginning, and the first at or after its end. */
export interface WindowEnds {
  readonly first: number;
  readonly last: number;
}

/** Undefined where nothing is behind the range's beginning, or smoothed nothing before its end. */
export function endsOf(window: SampleWindow): WindowEnds | undefined {
  const { from, to, startMs, endMs, isSmoothed } = window;
  const end = to - 1;
  const first = Math.max(from, firstWhere(from, end, (i) => window.timeOf(i) > startMs) - 1);
  const last = isSmoothed ? firstWhere(from, end, (i) => window.timeOf(i) >= endMs) : end;
  if (window.timeOf(last) <= startMs) return undefined;
  if (isSmoothed && window.timeOf(first) > endMs) return undefined;
  return { first, last };
}

/** From `from` to `end`; `end` where it holds for none before. */
function firstWhere(from: number, end: number, holds: (i: number) => boolean): number {
  let i = from;
  while (i < end && !holds(i)) i++;
  return i;
}
