/** Instant selectors: the last sample within the lookback, at every step. */
import { latestRows, WindowRunner } from '../../kernels/index.js';
import { customBucketsSchema, type Histogram, wordsOf } from '../../model/index.js';
import { histogramKind, type LabelIds, type SeriesColumns } from '../../storage/index.js';
import type { SelectNode } from '../planner/index.js';
import { ColumnPlacer } from './column-placer.js';
import type { Evaluation } from './evaluation.js';
import { interpolateFloats, interpolateHistograms, type Saying } from './interpolate.js';
import { SeriesRowStream } from './row-stream.js';
import { absent, float, histogram, putSample, type Row } from './rows.js';
import { SampleWindow } from './sample-window.js';
import { isStaleRow, SampleSieve } from './sieve.js';
import { StatsHistograms } from './stats-histograms.js';

export function selectStream(evaluation: Evaluation, node: SelectNode): SeriesRowStream {
  const filler = new SelectFiller(evaluation, node);
  return new SeriesRowStream({
    evaluation,
    selector: node.selector,
    steps: node.grid.steps,
    fill: (labels, columns, row) => filler.fill(labels, columns, row),
  });
}

export class SelectFiller {
  readonly #evaluation: Evaluation;
  readonly #node: SelectNode;
  readonly #rows: Int32Array;
  readonly #windows: WindowRunner;
  readonly #placer: ColumnPlacer;
  readonly #sieve = new SampleSieve();

  constructor(evaluation: Evaluation, node: SelectNode) {
    this.#evaluation = evaluation;
    this.#node = node;
    this.#rows = new Int32Array(node.grid.steps);
    this.#placer = new ColumnPlacer(evaluation.scope);
    const { selector, grid } = node;
    this.#windows = new WindowRunner({
      scope: evaluation.scope,
      grid: {
        firstEndMs: selector.firstMs,
        stepMs: selector.stepMs,
        steps: grid.steps,
        rangeMs: evaluation.lookbackDeltaMs,
        firstEvalMs: grid.startMs,
        evalStepMs: grid.stepMs,
      },
      betweenSlices: evaluation.guard.check,
    });
  }

  fill(labels: LabelIds, columns: SeriesColumns, row: Row): number {
    const { answer, selector } = this.#node;
    const { labels: tools, guard, delayedNameRemoval } = this.#evaluation;
    const asTimes = answer !== 'value';
    row.labels = asTimes && !delayedNameRemoval ? tools.dropMetadata(labels) : labels;
    row.dropName = asTimes;
    if (!asTimes && selector.extension === 'smoothed') return this.#fillSmoothed(labels, columns, row);
    const samples =
      asTimes || columns.kinds !== undefined ? this.#fillRows(columns, row) : this.#fillFloats(columns, row);
    guard.count(samples, samples);
    return samples;
  }

  /** Between the samples before and behind each step. Source: promql/engine.go (smoothSeries). */
  #fillSmoothed(labels: LabelIds, columns: SeriesColumns, row: Row): number {
    const { annotations, lookbackDeltaMs, labels: tools, guard } = this.#evaluation;
    const { selector, grid } = this.#node;
    const window = new SampleWindow(columns, this.#sieve.rows(columns, false), {
      ...{ rangeMs: 0, extension: 'smoothed', lookbackMs: lookbackDeltaMs },
      ...{ usesStarts: false, statsOnly: selector.statsOnly },
    });
    let samples = 0;
    for (let step = 0; step < grid.steps; step++) {
      window.moveTo(selector.firstMs + step * selector.stepMs);
      row.present[row.offset + step] = absent;
      if (window.from === window.to) continue;
      const say = { annotations, metricName: tools.metricName(labels), position: selector.position };
      if (window.isMixed) {
        annotations.mixedFloatsHistograms(say.metricName, say.position);
        continue;
      }
      const answer = smoothed(window, say);
      if (answer === undefined) continue;
      samples++;
      putSample(row, step, answer);
    }
    guard.count(samples, samples);
    return samples;
  }

  #fillFloats(columns: SeriesColumns, row: Row): number {
    if (columns.length === 0) return 0;
    this.#windows.open(this.#placer.whole(columns), row);
    return this.#windows.latest();
  }

  #fillRows(columns: SeriesColumns, row: Row): number {
    const { answer, grid, selector } = this.#node;
    latestRows(
      {
        timestamps: columns.timestamps,
        length: columns.length,
        firstMs: selector.firstMs,
        stepMs: selector.stepMs,
        steps: grid.steps,
        lookbackMs: this.#evaluation.lookbackDeltaMs,
      },
      this.#rows,
    );
    return answer === 'value' ? this.#fillValues(columns, row) : this.#fillTimes(columns, row);
  }

  /** Count and sum alone of each row's histogram. */
  #statsOf(columns: SeriesColumns): (row: number, step: number) => Histogram {
    const { firstMs, stepMs } = this.#node.selector;
    const { lookbackDeltaMs } = this.#evaluation;
    const rows = this.#sieve.rows(columns, false);
    const stats = new StatsHistograms(columns, rows);
    let sample = 0;
    return (row, step) => {
      const endMs = firstMs + step * stepMs;
      // Upstream goes on without a gap as long as what was read last is within the lookback.
      stats.readTo(endMs - lookbackDeltaMs + 1, endMs);
      while (rows[sample] !== row) sample++;
      return stats.at(sample);
    };
  }

  #fillValues(columns: SeriesColumns, row: Row): number {
    const histogramOf = this.#node.selector.statsOnly ? this.#statsOf(columns) : undefined;
    const { values, kinds } = columns;
    const words = wordsOf(values);
    let samples = 0;
    for (let step = 0; step < this.#rows.length; step++) {
      const from = this.#rows[step] as number;
      const at = row.offset + step;
      if (from < 0 || isStaleRow(columns, words, from)) {
        row.present[at] = absent;
        continue;
      }
      samples++;
      if (kinds?.[from] === histogramKind) {
        row.present[at] = histogram;
        row.histograms ??= [];
        row.histograms[step] = histogramOf?.(from, step) ?? columns.histograms?.at(from);
      } else {
        row.present[at] = float;
        row.values[at] = values[from] as number;
      }
    }
    return samples;
  }

  #fillTimes(columns: SeriesColumns, row: Row): number {
    const words = wordsOf(columns.values);
    const starts = this.#node.answer === 'start-timestamp';
    const times = starts ? columns.startTimestamps : columns.timestamps;
    if (starts && !this.#evaluation.useStartTimestamps) return 0;
    let samples = 0;
    for (let step = 0; step < this.#rows.length; step++) {
      const from = this.#rows[step] as number;
      const at = row.offset + step;
      const seen = from >= 0 && !isStaleRow(columns, words, from);
      row.present[at] = seen ? float : absent;
      if (!seen) continue;
      samples++;
      row.values[at] = (times?.[from] ?? 0) / 1000;
    }
    return samples;
  }
}

/** At the window's end; undefined where no sample is at it or before it. */
function smoothed(window: SampleWindow, say: Saying): number | Histogram | undefined {
  const { from, to, endMs } = window;
  const isHistogram = window.isHistogram(from);
  let next = from;
  while (next < to && window.timeOf(next) < endMs) next++;
  if (next < to && window.timeOf(next) === endMs)
    return isHistogram ? window.histogramOf(next) : window.valueOf(next);
  if (next === from) return undefined;
  const before = next - 1;
  if (next === to) {
    // Whether the counter was reset is known of the sample, not of its value at another time.
    return isHistogram
      ? { ...window.histogramOf(before), counterResetHint: 'unknown' }
      : window.valueOf(before);
  }
  if (!isHistogram) return interpolateFloats(window, { before, atMs: endMs, isCounter: false });
  const [previous, following] = [window.histogramOf(before), window.histogramOf(next)];
  if ((previous.schema === customBucketsSchema) !== (following.schema === customBucketsSchema)) {
    say.annotations.mixedSchemas(say.metricName, say.position);
    return undefined;
  }
  const isCounter = previous.counterResetHint !== 'gauge' || following.counterResetHint !== 'gauge';
  return interpolateHistograms(window, { before, atMs: endMs, isCounter }, say);
}
