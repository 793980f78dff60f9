/** Instant selectors: the last sample within the lookback, at every step. */
import { latestRows, WindowRunner } from '../../kernels/index.js';
import { type Histogram, wordsOf } from '../../model/index.js';
import { histogramKind, type LabelIds, type SeriesColumns } from '../../storage/index.js';
import type { SelectNode } from '../planner/index.js';
import { ColumnPlacer } from './column-placer.js';
import type { Evaluation } from './evaluation.js';
import { SeriesRowStream } from './row-stream.js';
import { absent, float, histogram, type Row } from './rows.js';
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

class SelectFiller {
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
    const { answer } = this.#node;
    const { labels: tools, guard, delayedNameRemoval } = this.#evaluation;
    const asTimes = answer !== 'value';
    row.labels = asTimes && !delayedNameRemoval ? tools.dropMetadata(labels) : labels;
    row.dropName = asTimes;
    const samples =
      asTimes || columns.kinds !== undefined ? this.#fillRows(columns, row) : this.#fillFloats(columns, row);
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
