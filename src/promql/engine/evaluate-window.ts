/** Functions over range vectors: one series at a time goes through a kernel and becomes a row. */
import { markWindows, type WindowInput } from '../../kernels/index.js';
import { histogramKind, type LabelIds, type SeriesColumns } from '../../storage/index.js';
import { QueryError } from '../errors.js';
import type { WindowNode } from '../planner/index.js';
import type { Evaluation, HistogramPolicy, WindowFunction, WindowNotes } from './evaluation.js';
import { absent, countPresent, float, histogram, isEmpty, type Row } from './rows.js';
import { SampleSieve } from './sieve.js';

/** Evaluates one window node; keeps its scratch columns from series to series. */
export class WindowFiller {
  readonly #evaluation: Evaluation;
  readonly #node: WindowNode;
  readonly #func: WindowFunction;
  readonly #params: readonly Float64Array[];
  readonly #sieve = new SampleSieve();
  readonly #floatMarks: Uint8Array;
  readonly #histogramMarks: Uint8Array;
  readonly #notes: WindowNotes;

  constructor(evaluation: Evaluation, node: WindowNode, params: readonly Float64Array[]) {
    this.#evaluation = evaluation;
    this.#node = node;
    this.#params = params;
    this.#func = evaluation.functions.windows.get(node.func) as WindowFunction;
    this.#floatMarks = new Uint8Array(node.grid.steps);
    this.#histogramMarks = new Uint8Array(node.grid.steps);
    this.#notes = { evaluation, node, metricName: '', typeLabel: '' };
    if (node.grid.steps > 0) this.#func.check?.(evaluation, node, params);
  }

  /** `inputDropsName` when the series itself waits for its name to be dropped (a subquery's). */
  fill(labels: LabelIds, columns: SeriesColumns, row: Row, inputDropsName = false): boolean {
    const { labels: tools, delayedNameRemoval } = this.#evaluation;
    const dropName = this.#func.keepsName !== true || inputDropsName;
    row.labels = dropName && !delayedNameRemoval ? tools.dropMetadata(labels) : labels;
    row.dropName = dropName;
    this.#notes.metricName = tools.metricName(labels);
    this.#notes.typeLabel = tools.text(labels, tools.symbols.intern('__type__'));
    if (columns.kinds === undefined) return this.#fillFloats(columns, row);
    return this.#fillMixed(columns, row);
  }

  #input(samples: Pick<WindowInput, 'timestamps' | 'values' | 'length' | 'startTimestamps'>): WindowInput {
    const { source, grid, rangeMs } = this.#node;
    const looked = source.kind === 'selector' ? source.selector : source;
    return {
      timestamps: samples.timestamps,
      values: samples.values,
      length: samples.length,
      startTimestamps: samples.startTimestamps,
      firstEndMs: looked.firstMs,
      stepMs: looked.stepMs,
      steps: grid.steps,
      rangeMs,
      firstEvalMs: grid.startMs,
      evalStepMs: grid.stepMs,
      params: this.#params,
    };
  }

  #fillFloats(columns: SeriesColumns, row: Row): boolean {
    const withStarts = this.#func.usesStartTimestamps === true && this.#evaluation.useStartTimestamps;
    const samples = this.#sieve.floats(columns, withStarts);
    if (samples.length === 0) return false;
    const input = this.#input(samples);
    this.#run(input, row);
    return true;
  }

  #run(input: WindowInput, row: Row): void {
    this.#kernel(input, row);
    this.#finish(row);
  }

  #kernel(input: WindowInput, row: Row): void {
    const { most, total, read } = this.#func.run(input, row, this.#notes);
    const { guard } = this.#evaluation;
    guard.touch(most + countPresent(row, this.#node.grid.steps));
    // What a subquery hands over was read below it.
    guard.count(total, this.#node.source.kind === 'selector' ? read : 0);
  }

  #finish(row: Row): void {
    if (!isEmpty(row, this.#node.grid.steps)) this.#func.after?.(this.#notes);
  }

  #fillMixed(columns: SeriesColumns, row: Row): boolean {
    const policy: HistogramPolicy = this.#func.histograms;
    switch (policy) {
      case 'count':
        return this.#fillCounting(columns, row);
      case 'first':
      case 'last':
        return this.#fillPicking(columns, row, policy);
      case 'ignore':
      case 'refuse':
      case 'unsupported':
        return this.#fillFloatsOfMixed(columns, row, policy);
    }
  }

  #fillCounting(columns: SeriesColumns, row: Row): boolean {
    const rows = this.#sieve.rows(columns, false);
    const timestamps = Float64Array.from(rows, (at) => columns.timestamps[at] as number);
    const input = this.#input({
      timestamps,
      values: new Float64Array(rows.length),
      length: rows.length,
      startTimestamps: undefined,
    });
    this.#run(input, row);
    return rows.length > 0;
  }

  #fillPicking(columns: SeriesColumns, row: Row, policy: 'first' | 'last'): boolean {
    const rows = this.#sieve.rows(columns, false);
    const { grid, rangeMs } = this.#node;
    const { firstEndMs, stepMs } = this.#input({ ...columns, startTimestamps: undefined });
    const timeOf = (i: number) => columns.timestamps[rows[i] as number] as number;
    let from = 0;
    let to = 0;
    for (let step = 0; step < grid.steps; step++) {
      const endMs = firstEndMs + step * stepMs;
      while (to < rows.length && timeOf(to) <= endMs) to++;
      while (from < to && timeOf(from) <= endMs - rangeMs) from++;
      const at = row.offset + step;
      row.present[at] = absent;
      if (from === to) continue;
      const picked = rows[policy === 'first' ? from : to - 1] as number;
      const isHistogram = columns.kinds?.[picked] === histogramKind;
      row.present[at] = isHistogram ? histogram : float;
      row.values[at] = columns.values[picked] as number;
      if (!isHistogram) continue;
      row.histograms ??= [];
      row.histograms[step] = columns.histograms?.at(picked);
    }
    return rows.length > 0;
  }

  #fillFloatsOfMixed(columns: SeriesColumns, row: Row, policy: 'ignore' | 'refuse' | 'unsupported'): boolean {
    const histogramTimes = Float64Array.from(
      this.#sieve.rows(columns, true),
      (at) => columns.timestamps[at] as number,
    );
    const samples = this.#sieve.floats(columns, false);
    const input = this.#input(samples);
    markWindows(samples.timestamps, samples.length, input, this.#floatMarks);
    markWindows(histogramTimes, histogramTimes.length, input, this.#histogramMarks);
    this.#kernel(input, row);
    const { annotations } = this.#evaluation;
    const { argPositions, grid, func } = this.#node;
    const position = argPositions[0] ?? this.#node.position;
    for (let step = 0; step < grid.steps; step++) {
      if (this.#histogramMarks[step] === 0) continue;
      const mixed = this.#floatMarks[step] === 1;
      if (policy === 'unsupported' || (policy === 'refuse' && !mixed)) {
        throw new QueryError('not-supported', `${func}() over native histograms is not supported yet`);
      }
      if (!mixed) continue;
      if (policy === 'ignore') {
        annotations.histogramIgnoredInMixedRange(this.#notes.metricName, position);
      } else {
        annotations.mixedFloatsHistograms(this.#notes.metricName, position);
        row.present[row.offset + step] = absent;
      }
    }
    this.#finish(row);
    return samples.length > 0;
  }
}
