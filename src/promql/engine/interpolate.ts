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

/** What remarks on a series' samples need. */
export interface Saying {
  readonly annotations: Annotations;
  readonly metricName: string;
  readonly position: PositionRange;
}

/** Says what upstream says of an addition; false where the two do not fit. */
export function addSaid(sum: HistogramSum, other: Histogram, how: { sign: 1 | -1; say: Saying }): boolean {
  const { annotations, metricName, position } = how.say;
  const { isIncompatible, isReconciled } = sum.add(other, { sign: how.sign });
  if (isIncompatible) annotations.mixedSchemas(metricName, position);
  if (isReconciled) annotations.reconciledBuckets(how.sign === 1 ? 'addition' : 'subtraction', position);
  return !isIncompatible;
}

/** Undefined where the two do not fit, which is said. */
export function interpolateHistograms(
  window: SampleWindow,
  { before, atMs, isCounter }: Between,
  say: Saying,
): Histogram | undefined {
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
  if (!addSaid(result, from, { sign: -1, say })) return undefined;
  result.scale(fraction);
  addSaid(result, from, { sign: 1, say });
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

/** A sample before the range's beginning is drawn to it where the selector is smoothed. */
export function floatAtStart(window: SampleWindow, { first }: WindowEnds, isCounter: boolean): number {
  const { isSmoothed, startMs } = window;
  if (!isSmoothed || window.timeOf(first) >= startMs) return window.valueOf(first);
  return interpolateFloats(window, { before: first, atMs: startMs, isCounter });
}

export function floatAtEnd(window: SampleWindow, { last }: WindowEnds, isCounter: boolean): number {
  const { isSmoothed, endMs, from } = window;
  if (!isSmoothed || last === from || window.timeOf(last) <= endMs) return window.valueOf(last);
  return interpolateFloats(window, { before: last - 1, atMs: endMs, isCounter });
}
