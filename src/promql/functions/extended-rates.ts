/** rate() and its kin over `anchored` and `smoothed` selectors. Source: promql/functions.go (extendedRate). */
import { goSeconds, type RateOptions } from '../../kernels/index.js';
import { customBucketsSchema, detectReset, type Histogram } from '../../model/index.js';
import {
  addSaid,
  endsOf,
  floatAtEnd,
  floatAtStart,
  interpolateHistograms,
  type SampleWindow,
  type Saying,
  type WindowEnds,
  type WindowNotes,
} from '../engine/index.js';
import { HistogramSum } from '../histograms/index.js';

/** rate, increase and delta; undefined for no answer. */
export function extendedRate(
  window: SampleWindow,
  notes: WindowNotes,
  options: RateOptions,
): number | Histogram | undefined {
  const bounds = endsOf(window);
  if (bounds === undefined) return undefined;
  if (window.isHistogram(window.from)) return extendedHistogramRate(window, bounds, { notes, options });
  const { isCounter, perSecond } = options;
  const left = floatAtStart(window, bounds, isCounter);
  const right = floatAtEnd(window, bounds, isCounter);
  let result = right - left;
  if (isCounter) result += lostToResets(window, bounds, { left, right });
  return perSecond ? result / goSeconds(window.rangeMs) : result;
}

function lostToResets(
  window: SampleWindow,
  { first, last }: WindowEnds,
  { left, right }: { readonly left: number; readonly right: number },
): number {
  const from = window.timeOf(first) <= window.startMs ? first + 1 : first;
  const to = window.timeOf(last) >= window.endMs ? last - 1 : last;
  let lost = 0;
  let previous = left;
  for (let i = from; i <= to; i++) {
    const value = window.valueOf(i);
    if (value < previous) lost += previous;
    previous = value;
  }
  return right < previous ? lost + previous : lost;
}

interface Rating {
  readonly notes: WindowNotes;
  readonly options: RateOptions;
}

function extendedHistogramRate(
  window: SampleWindow,
  bounds: WindowEnds,
  rating: Rating,
): Histogram | undefined {
  const { notes, options } = rating;
  const { isCounter, perSecond } = options;
  if (!isFit(window, bounds, rating)) return undefined;
  const { first, last } = bounds;
  const { isSmoothed, startMs, endMs, from } = window;
  const position = notes.node.argPositions[0] ?? notes.node.position;
  const say = { annotations: notes.evaluation.annotations, metricName: notes.metricName, position };
  const left =
    isSmoothed && window.timeOf(first) < startMs
      ? interpolateHistograms(window, { before: first, atMs: startMs, isCounter }, say)
      : window.histogramOf(first);
  if (left === undefined) return undefined;
  const right =
    isSmoothed && last > from && window.timeOf(last) > endMs
      ? interpolateHistograms(window, { before: last - 1, atMs: endMs, isCounter }, say)
      : window.histogramOf(last);
  if (right === undefined) return undefined;
  const areGauges = left.counterResetHint === 'gauge' && right.counterResetHint === 'gauge';
  if (!isCounter && !areGauges) say.annotations.wrongHistogramKind('gauge', say.metricName, position);
  const result = HistogramSum.of(right);
  if (!addSaid(result, left, { sign: -1, say })) return undefined;
  if (isCounter) {
    const lost = histogramsLost(window, bounds, { left, right, say });
    if (lost === 'unfit') return undefined;
    if (lost !== undefined && !addSaid(result, lost.histogram(), { sign: 1, say })) return undefined;
  }
  if (perSecond) result.divide(goSeconds(window.rangeMs));
  result.hint = 'gauge';
  return result.histogram();
}

/** Whether the range's histograms are of one kind of buckets. */
function isFit(window: SampleWindow, { first, last }: WindowEnds, { notes, options }: Rating): boolean {
  const { annotations } = notes.evaluation;
  const position = notes.node.argPositions[0] ?? notes.node.position;
  const isCustom = window.histogramOf(first).schema === customBucketsSchema;
  for (let i = first; i <= last; i++) {
    const { schema, counterResetHint } = window.histogramOf(i);
    if ((schema === customBucketsSchema) !== isCustom) {
      annotations.mixedSchemas(notes.metricName, position);
      return false;
    }
    if (options.isCounter && counterResetHint === 'gauge')
      annotations.wrongHistogramKind('counter', notes.metricName, position);
  }
  return true;
}

/** What was there before each reset between the two ends. Source: correctForCounterResetsHistogram. */
function histogramsLost(
  window: SampleWindow,
  { first, last }: WindowEnds,
  { left, right, say }: { left: Histogram; right: Histogram; say: Saying },
): HistogramSum | 'unfit' | undefined {
  let next = first + 1;
  let previous = left;
  if (window.isSmoothed && window.timeOf(first) < window.startMs && window.isReset(first + 1)) {
    // The left end was drawn over this reset already.
    previous = window.histogramOf(first + 1);
    next++;
  }
  if (next > last) return undefined;
  let lost: HistogramSum | undefined;
  const lose = (histogram: Histogram): boolean => {
    if (lost !== undefined) return addSaid(lost, histogram, { sign: 1, say });
    lost = HistogramSum.of(histogram);
    return true;
  };
  for (; next < last; next++) {
    const current = window.histogramOf(next);
    if (detectReset(current, previous) && !lose(previous)) return 'unfit';
    previous = current;
  }
  if (detectReset(right, previous) && !lose(previous)) return 'unfit';
  return lost;
}
