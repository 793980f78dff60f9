/** rate() and its kin over native histograms. Source: promql/functions.go. */
import { goSeconds, isStartReset, type RateOptions } from '../../kernels/index.js';
import {
  customBucketsSchema,
  detectReset,
  equalHistograms,
  type Histogram,
  toFloatHistogram,
} from '../../model/index.js';
import { addSaid, type SampleWindow, type Saying, type WindowNotes } from '../engine/index.js';
import { HistogramMean, HistogramSum } from '../histograms/index.js';

type Position = WindowNotes['node']['position'];

function positionOf({ node }: WindowNotes): Position {
  return node.argPositions[0] ?? node.position;
}

function isStartTimeReset(window: SampleWindow, sample: number): boolean {
  if (!window.hasStarts) return false;
  const [before, startBefore] = [window.timeOf(sample - 1), window.startOf(sample - 1)];
  return isStartReset(startBefore, before, window.startOf(sample), window.timeOf(sample));
}

/** A sample's start lies before the sample before it, which has another. */
function overlaps(window: SampleWindow, sample: number): boolean {
  const start = window.startOf(sample);
  return start !== 0 && start < window.timeOf(sample - 1) && start !== window.startOf(sample - 1);
}

/** rate, increase and delta of a window of histograms alone. */
export function histogramRate(
  window: SampleWindow,
  notes: WindowNotes,
  { isCounter, perSecond }: RateOptions,
): Histogram | undefined {
  const { from, to } = window;
  const last = to - 1;
  const usesStarts = isCounter && window.hasStarts;
  let result = last > from ? increaseOf(window, notes, isCounter) : undefined;
  if (last > from && result === undefined) return undefined;
  const startMs = window.endMs - window.rangeMs;
  const [firstMs, lastMs] = [window.timeOf(from), window.timeOf(last)];
  let toStart = (firstMs - startMs) / 1000;
  let toEnd = (window.endMs - lastMs) / 1000;
  let sampled = (lastMs - firstMs) / 1000;
  const average = last > from ? sampled / (last - from) : 0;
  const threshold = average * 1.1;
  const begin = usesStarts ? window.startOf(from) : 0;
  if (begin !== 0 && begin > startMs && begin < firstMs) {
    toStart = 0;
    sampled = (lastMs - begin) / 1000;
    const first = window.histogramOf(from);
    if (result === undefined) result = HistogramSum.of(first);
    else if (!addSaid(result, first, { sign: 1, say: sayingOf(notes) })) return undefined;
  } else if (last === from) return undefined;
  else {
    if (toStart >= threshold) toStart = average / 2;
    const first = window.histogramOf(from).count;
    const count = (result as HistogramSum).count.value;
    if (isCounter && count > 0 && first >= 0) toStart = Math.min(toStart, sampled * (first / count));
  }
  if (toEnd >= threshold) toEnd = average / 2;
  let factor = sampled === 0 ? 1 : (sampled + toStart + toEnd) / sampled;
  if (perSecond) factor /= goSeconds(window.rangeMs);
  const sum = result as HistogramSum;
  sum.scale(factor);
  return sum.histogram();
}

function sayingOf(notes: WindowNotes): Saying {
  const { evaluation, metricName } = notes;
  return { annotations: evaluation.annotations, metricName, position: positionOf(notes) };
}

/** What is to be said of a window; nothing of it but the end is said where that is that histograms do not fit. */
class Remarks {
  readonly #notes: WindowNotes;
  #said: (() => void)[] = [];

  constructor(notes: WindowNotes) {
    this.#notes = notes;
  }

  wrongKind(kind: 'counter' | 'gauge'): void {
    this.#say(({ annotations }, name, position) => annotations.wrongHistogramKind(kind, name, position));
  }

  overlap(): void {
    this.#say(({ annotations }, name, position) => annotations.startTimeOverlap(name, 1, position));
  }

  reconciled(sign: 1 | -1): void {
    const operation = sign === 1 ? 'addition' : 'subtraction';
    this.#say(({ annotations }, _, position) => annotations.reconciledBuckets(operation, position));
  }

  #say(
    remark: (evaluation: WindowNotes['evaluation'], metricName: string, position: Position) => void,
  ): void {
    const notes = this.#notes;
    this.#said.push(() => remark(notes.evaluation, notes.metricName, positionOf(notes)));
  }

  mixedSchemas(keepsOthers = false): undefined {
    if (keepsOthers) this.flush();
    const { evaluation, metricName } = this.#notes;
    evaluation.annotations.mixedSchemas(metricName, positionOf(this.#notes));
  }

  flush(): void {
    for (const say of this.#said) say();
    this.#said = [];
  }
}

/** The last less the first, with what was there before each reset; undefined where histograms do not fit. */
function increaseOf(window: SampleWindow, notes: WindowNotes, isCounter: boolean): HistogramSum | undefined {
  const remarks = new Remarks(notes);
  const { from, to } = window;
  const first = window.histogramOf(from);
  const last = window.histogramOf(to - 1);
  const isGauge = ({ counterResetHint }: Histogram): boolean => counterResetHint === 'gauge';
  if (isCounter && (isGauge(first) || isGauge(last))) remarks.wrongKind('counter');
  let previous = first;
  if (isCounter && (isStartTimeReset(window, from + 1) || window.isReset(from + 1)))
    previous = emptyLike(window.histogramOf(from + 1));
  const isCustom = isCustomSchema(previous);
  if (isCustomSchema(last) !== isCustom) return remarks.mixedSchemas(true);
  let schema = Math.min(last.schema, previous.schema);
  for (let sample = from + 1; isCounter && sample < to - 1; sample++) {
    const each = window.histogramOf(sample);
    if (isGauge(each)) remarks.wrongKind('counter');
    schema = Math.min(schema, each.schema);
    if (isCustomSchema(each) !== isCustom) return remarks.mixedSchemas();
  }
  const sum = HistogramSum.of(last);
  if (!isCustom) sum.reduceTo(schema);
  if (!put(sum, previous, -1, remarks)) return remarks.mixedSchemas();
  if (isCounter) {
    if (!addResets(window, { sum, previous, remarks })) return remarks.mixedSchemas();
  } else if (!isGauge(first) || !isGauge(last)) remarks.wrongKind('gauge');
  remarks.flush();
  sum.hint = 'gauge';
  return sum;
}

const isCustomSchema = ({ schema }: Histogram): boolean => schema === customBucketsSchema;

/** False where the two do not fit. */
function put(sum: HistogramSum, other: Histogram, sign: 1 | -1, remarks: Remarks): boolean {
  const { isIncompatible, isReconciled } = sum.add(other, { sign });
  if (isReconciled) remarks.reconciled(sign);
  return !isIncompatible;
}

function emptyLike({ schema, customValues }: Histogram): Histogram {
  const none = { positiveSpans: [], negativeSpans: [], zeroThreshold: 0, zeroCount: 0, count: 0, sum: 0 };
  const [positiveBuckets, negativeBuckets] = [new Float64Array(0), new Float64Array(0)];
  const plain = { integer: false, counterResetHint: 'unknown', stale: false } as const;
  return { ...none, ...plain, schema, customValues, positiveBuckets, negativeBuckets };
}

function addResets(
  window: SampleWindow,
  { sum, previous, remarks }: { sum: HistogramSum; previous: Histogram; remarks: Remarks },
): boolean {
  let before = previous;
  let hasOverlap = false;
  for (let sample = window.from + 1; sample < window.to; sample++) {
    const current = window.histogramOf(sample);
    if (!hasOverlap && overlaps(window, sample)) {
      remarks.overlap();
      hasOverlap = true;
    }
    const isFirst = sample === window.from + 1;
    const isReset = isFirst ? detectReset(current, before) : window.isReset(sample);
    if ((isStartTimeReset(window, sample) || isReset) && !put(sum, before, 1, remarks)) return false;
    before = current;
  }
  return true;
}

/** irate and idelta of a window whose last two samples are not both floats. */
export function instantHistogramRate(
  window: SampleWindow,
  notes: WindowNotes,
  isRate: boolean,
): Histogram | number | undefined {
  const { annotations } = notes.evaluation;
  const { metricName, node } = notes;
  const [last, before] = [window.to - 1, window.to - 2];
  if (before < window.from) return undefined;
  // Upstream places what it says of these two at all arguments.
  const position = node.argPositions[0] ?? node.position;
  const seconds = (window.timeOf(last) - window.timeOf(before)) / 1000;
  if (seconds === 0) return undefined;
  const kinds = Number(window.isHistogram(last)) + Number(window.isHistogram(before));
  if (kinds === 1) {
    annotations.mixedFloatsHistograms(metricName, position);
    return undefined;
  }
  const isStartedAnew = isStartTimeReset(window, last);
  if (kinds === 0) {
    const [value, earlier] = [window.valueOf(last), window.valueOf(before)];
    const difference = isRate && (value < earlier || isStartedAnew) ? value : value - earlier;
    return isRate ? difference / seconds : difference;
  }
  const [current, previous] = [window.histogramOf(last), window.histogramOf(before)];
  const gauges = Number(current.counterResetHint === 'gauge') + Number(previous.counterResetHint === 'gauge');
  if (isRate && gauges > 0) annotations.wrongHistogramKind('counter', metricName, position);
  if (!isRate && gauges < 2) annotations.wrongHistogramKind('gauge', metricName, position);
  const sum = HistogramSum.of(current);
  const isReset = isRate && (isStartedAnew || window.isReset(last));
  if (!isReset && !addSaid(sum, previous, { sign: -1, say: sayingOf(notes) })) return undefined;
  sum.hint = 'gauge';
  if (isRate) sum.divide(seconds);
  return sum.histogram();
}

/** changes and resets of samples of both kinds: each change of kind is one of both. */
export function countTurns(window: SampleWindow, of: 'changes' | 'resets', from = window.from): number {
  let count = 0;
  for (let sample = from + 1; sample < window.to; sample++)
    if (of === 'changes' ? isChange(window, sample) : isReset(window, sample)) count++;
  return count;
}

/** From the last sample at or before the range's beginning on; undefined where none is behind that. */
export function countAnchoredTurns(window: SampleWindow, of: 'changes' | 'resets'): number | undefined {
  const { startMs, to } = window;
  if (window.timeOf(to - 1) <= startMs) return undefined;
  let { from } = window;
  while (from + 1 < to && window.timeOf(from + 1) <= startMs) from++;
  return countTurns(window, of, from);
}

function isChange(window: SampleWindow, sample: number): boolean {
  const before = sample - 1;
  if (window.isHistogram(sample) !== window.isHistogram(before)) return true;
  if (window.isHistogram(sample)) {
    const [current, previous] = [window.histogramOf(sample), window.histogramOf(before)];
    return !equalHistograms(toFloatHistogram(current), toFloatHistogram(previous));
  }
  const [value, earlier] = [window.valueOf(sample), window.valueOf(before)];
  return value !== earlier && !(Number.isNaN(value) && Number.isNaN(earlier));
}

function isReset(window: SampleWindow, sample: number): boolean {
  const before = sample - 1;
  if (window.isHistogram(sample) !== window.isHistogram(before)) return true;
  if (isStartTimeReset(window, sample)) return true;
  if (window.isHistogram(sample)) return window.isReset(sample);
  return window.valueOf(sample) < window.valueOf(before);
}

/** sum_over_time and avg_over_time of a window of histograms alone. */
export function histogramOverTime(
  window: SampleWindow,
  notes: WindowNotes,
  of: 'sum' | 'avg',
): Histogram | undefined {
  const { annotations } = notes.evaluation;
  const position = positionOf(notes);
  const first = window.histogramOf(window.from);
  const hints = new Set([first.counterResetHint]);
  const sum = of === 'sum' ? HistogramSum.of(first) : undefined;
  const mean = sum === undefined ? new HistogramMean(first) : undefined;
  let isReconciled = false;
  for (let sample = window.from + 1; sample < window.to; sample++) {
    const each = window.histogramOf(sample);
    hints.add(each.counterResetHint);
    const addition = sum?.add(each, { compensates: true }) ?? mean?.add(each);
    if (addition?.isIncompatible === true) {
      annotations.mixedSchemas(notes.metricName, position);
      return undefined;
    }
    isReconciled ||= addition?.isReconciled === true;
  }
  if (hints.has('reset') && hints.has('not-reset')) annotations.hintsCollide('aggregation', position);
  if (isReconciled) annotations.reconciledBuckets('aggregation', position);
  sum?.settle();
  return sum?.histogram() ?? mean?.histogram();
}
