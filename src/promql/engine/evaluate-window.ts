/** Functions over range vectors: one series at a time goes through a kernel and becomes a row. */
import {
  type ColumnsPlace,
  markWindows,
  type WindowInput,
  type WindowReport,
  WindowRunner,
} from '../../kernels/index.js';
import { histogramKind, type LabelIds, type SeriesColumns } from '../../storage/index.js';
import { QueryError } from '../errors.js';
import type { SelectorPlan, WindowNode } from '../planner/index.js';
import { ColumnPlacer } from './column-placer.js';
import type { Evaluation, HistogramPolicy, WindowFunction } from './evaluation.js';
import { absent, countPresent, float, histogram, putSample, type Row } from './rows.js';
import { SampleWindow } from './sample-window.js';
import { SeriesNotes } from './series-notes.js';
import { type FloatSamples, SampleSieve } from './sieve.js';
import { StatsHistograms } from './stats-histograms.js';

/** Evaluates one window node; keeps its scratch columns from series to series. */
export class WindowFiller {
  readonly #evaluation: Evaluation;
  readonly #node: WindowNode;
  readonly #func: WindowFunction;
  readonly #params: readonly Float64Array[];
  readonly #sieve = new SampleSieve();
  readonly #floatMarks: Uint8Array;
  readonly #histogramMarks: Uint8Array;
  readonly #notes: SeriesNotes;
  readonly #placer: ColumnPlacer;
  readonly #windows: WindowRunner;

  constructor(evaluation: Evaluation, node: WindowNode, params: readonly Float64Array[]) {
    this.#evaluation = evaluation;
    this.#node = node;
    this.#params = params;
    this.#func = evaluation.functions.windows.get(node.func) as WindowFunction;
    this.#floatMarks = new Uint8Array(node.grid.steps);
    this.#histogramMarks = new Uint8Array(node.grid.steps);
    this.#notes = new SeriesNotes(evaluation, node, params);
    this.#placer = new ColumnPlacer(evaluation.scope);
    this.#windows = new WindowRunner({
      scope: evaluation.scope,
      grid: { ...this.#looked, steps: node.grid.steps },
      param: params[0],
      betweenSlices: evaluation.guard.check,
    });
    if (node.grid.steps === 0) return;
    this.#checkExtension();
    this.#func.check?.(evaluation, node, params);
  }

  get #extension(): SelectorPlan['extension'] {
    const { source } = this.#node;
    return source.kind === 'selector' ? source.selector.extension : undefined;
  }

  /** Source: promql/functions.go (AnchoredSafeFunctions, SmoothedSafeFunctions). */
  #checkExtension(): void {
    const extension = this.#extension;
    if (extension === undefined || this.#func.overExtended?.takes.includes(extension) === true) return;
    const names = [...this.#evaluation.functions.windows]
      .filter(([, func]) => func.overExtended?.takes.includes(extension) === true)
      .map(([name]) => name);
    const text = `${extension} modifier can only be used with: ${names.sort().join(', ')}`;
    throw new QueryError('execution', `${text} - not with ${this.#node.func}`);
  }

  #windowOf(columns: SeriesColumns): SampleWindow {
    const { lookbackDeltaMs } = this.#evaluation;
    return new SampleWindow(columns, this.#sieve.rows(columns, false), {
      rangeMs: this.#node.rangeMs,
      extension: this.#extension,
      lookbackMs: lookbackDeltaMs,
      usesStarts: this.#usesStarts,
      statsOnly: this.#statsOnly,
    });
  }

  get #usesStarts(): boolean {
    return this.#func.usesStartTimestamps === true && this.#evaluation.useStartTimestamps;
  }

  get #statsOnly(): boolean {
    const { source } = this.#node;
    return source.kind === 'selector' && source.selector.statsOnly;
  }

  get #looked(): Omit<WindowInput, 'timestamps' | 'values' | 'length' | 'startTimestamps' | 'params'> {
    const { source, grid, rangeMs } = this.#node;
    const { firstMs, stepMs } = source.kind === 'selector' ? source.selector : source;
    return {
      firstEndMs: firstMs,
      stepMs,
      steps: grid.steps,
      rangeMs,
      firstEvalMs: grid.startMs,
      evalStepMs: grid.stepMs,
    };
  }

  /** Says how many steps have a result. `inputDropsName` when the series itself waits for its name to be dropped (a subquery's). */
  fill(labels: LabelIds, columns: SeriesColumns, row: Row, inputDropsName = false): number {
    const { labels: tools, delayedNameRemoval } = this.#evaluation;
    const dropName = this.#func.keepsName !== true || inputDropsName;
    row.labels = dropName && !delayedNameRemoval ? tools.dropMetadata(labels) : labels;
    row.dropName = dropName;
    this.#notes.begin(labels, row);
    if (this.#extension !== undefined) return this.#fillExtended(columns, row);
    if (columns.kinds === undefined) return this.#fillFloats(columns, row);
    return this.#fillMixed(columns, row);
  }

  #fillFloats(columns: SeriesColumns, row: Row): number {
    if (columns.length === 0) return 0;
    const hasStarts = this.#usesStarts && columns.startTimestamps !== undefined;
    if (hasStarts || this.#func.run === undefined) {
      return this.#finish(this.#runPlain(this.#sieve.floats(columns, hasStarts), row));
    }
    return this.#finish(this.#runKernel(this.#placer.floats(columns), row));
  }

  #runSamples(samples: FloatSamples, row: Row): number {
    if (this.#func.run === undefined) return this.#runPlain(samples, row);
    return this.#runKernel(this.#placer.copy(samples.timestamps, samples.values, samples.length), row);
  }

  #runKernel(columns: ColumnsPlace, row: Row): number {
    if (columns.length === 0) return this.#fillAbsent(row);
    this.#windows.open(columns, row);
    const report = this.#func.run?.(this.#windows, this.#notes) as WindowReport;
    return this.#account(report, this.#windows.answered);
  }

  #runPlain(samples: FloatSamples, row: Row): number {
    if (samples.length === 0) return this.#fillAbsent(row);
    const input = { ...samples, ...this.#looked, params: this.#params };
    const report = this.#func.plain?.(input, row, this.#notes) as WindowReport;
    return this.#account(report, countPresent(this.#evaluation.kernels, row, this.#node.grid.steps));
  }

  #fillAbsent(row: Row): number {
    row.present.fill(absent, row.offset, row.offset + this.#node.grid.steps);
    return 0;
  }

  #account({ most, total, read }: WindowReport, answered: number): number {
    const { guard } = this.#evaluation;
    guard.touch(most + answered);
    // What a subquery hands over was read below it.
    guard.count(total, this.#node.source.kind === 'selector' ? read : 0);
    return answered;
  }

  #finish(answered: number): number {
    if (answered > 0) this.#func.after?.(this.#notes);
    return answered;
  }

  #fillMixed(columns: SeriesColumns, row: Row): number {
    const policy: HistogramPolicy = this.#func.histograms;
    switch (policy) {
      case 'count':
        return this.#fillCounting(columns, row);
      case 'first':
      case 'last':
        return this.#fillPicking(columns, row, policy);
      case 'ignore':
        return this.#fillFloatsOfMixed(columns, row);
      case 'alone':
      case 'any':
        return this.#fillByWindow(columns, row);
    }
  }

  #fillCounting(columns: SeriesColumns, row: Row): number {
    const rows = this.#sieve.rows(columns, false);
    const timestamps = Float64Array.from(rows, (at) => columns.timestamps[at] as number);
    const values = new Float64Array(rows.length);
    const samples = { timestamps, values, length: rows.length, startTimestamps: undefined };
    return this.#finish(this.#runSamples(samples, row));
  }

  #fillPicking(columns: SeriesColumns, row: Row, policy: 'first' | 'last'): number {
    const rows = this.#sieve.rows(columns, false);
    const { grid, rangeMs } = this.#node;
    const { firstEndMs, stepMs } = this.#looked;
    const stats = this.#statsOnly ? new StatsHistograms(columns, rows) : undefined;
    const timeOf = (i: number) => columns.timestamps[rows[i] as number] as number;
    let from = 0;
    let to = 0;
    let answered = 0;
    for (let step = 0; step < grid.steps; step++) {
      const endMs = firstEndMs + step * stepMs;
      while (to < rows.length && timeOf(to) <= endMs) to++;
      while (from < to && timeOf(from) <= endMs - rangeMs) from++;
      const at = row.offset + step;
      row.present[at] = absent;
      if (from === to) continue;
      answered++;
      const picked = rows[policy === 'first' ? from : to - 1] as number;
      const isHistogram = columns.kinds?.[picked] === histogramKind;
      row.present[at] = isHistogram ? histogram : float;
      row.values[at] = columns.values[picked] as number;
      if (!isHistogram) continue;
      row.histograms ??= [];
      stats?.readTo(Number.NEGATIVE_INFINITY, endMs);
      row.histograms[step] = stats?.at(policy === 'first' ? from : to - 1) ?? columns.histograms?.at(picked);
    }
    return answered;
  }

  /** Marks the steps whose windows hold floats, and those whose windows hold histograms; fills in what floats come to. */
  #markAndFillFloats(columns: SeriesColumns, row: Row): void {
    const histogramTimes = Float64Array.from(
      this.#sieve.rows(columns, true),
      (at) => columns.timestamps[at] as number,
    );
    const samples = this.#sieve.floats(columns, this.#usesStarts);
    markWindows(samples.timestamps, samples.length, this.#looked, this.#floatMarks);
    markWindows(histogramTimes, histogramTimes.length, this.#looked, this.#histogramMarks);
    if (samples.startTimestamps === undefined) this.#runSamples(samples, row);
    else this.#runPlain(samples, row);
  }

  #fillFloatsOfMixed(columns: SeriesColumns, row: Row): number {
    this.#markAndFillFloats(columns, row);
    const { annotations } = this.#evaluation;
    const { argPositions, grid, position } = this.#node;
    for (let step = 0; step < grid.steps; step++) {
      if (this.#histogramMarks[step] === 0 || this.#floatMarks[step] === 0) continue;
      annotations.histogramIgnoredInMixedRange(this.#notes.metricName, argPositions[0] ?? position);
    }
    return this.#finish(countPresent(this.#evaluation.kernels, row, grid.steps));
  }

  #fillByWindow(columns: SeriesColumns, row: Row): number {
    this.#markAndFillFloats(columns, row);
    const { annotations, guard } = this.#evaluation;
    const { argPositions, grid, position } = this.#node;
    const { firstEndMs, stepMs } = this.#looked;
    const window = this.#windowOf(columns);
    for (let step = 0; step < grid.steps; step++) {
      window.moveTo(firstEndMs + step * stepMs);
      if (this.#histogramMarks[step] === 0) continue;
      const at = row.offset + step;
      row.present[at] = absent;
      if (this.#func.histograms === 'alone' && this.#floatMarks[step] === 1) {
        annotations.mixedFloatsHistograms(this.#notes.metricName, argPositions[0] ?? position);
        continue;
      }
      guard.check();
      const answer = this.#func.overSamples?.(window, this.#notes);
      if (answer !== undefined) putSample(row, step, answer);
    }
    return this.#finishSamples(row);
  }

  #fillExtended(columns: SeriesColumns, row: Row): number {
    const { annotations, guard } = this.#evaluation;
    const { argPositions, grid, position } = this.#node;
    const { firstEndMs, stepMs } = this.#looked;
    const extended = this.#func.overExtended;
    const window = this.#windowOf(columns);
    for (let step = 0; step < grid.steps; step++) {
      window.moveTo(firstEndMs + step * stepMs);
      row.present[row.offset + step] = absent;
      if (window.from === window.to) continue;
      guard.check();
      if (extended?.isOfOneKind === true && window.isMixed) {
        annotations.mixedFloatsHistograms(this.#notes.metricName, argPositions[0] ?? position);
        continue;
      }
      const answer = extended?.answer(window, this.#notes);
      if (answer !== undefined) putSample(row, step, answer);
    }
    guard.count(columns.length, columns.length);
    return this.#finishSamples(row);
  }

  #finishSamples(row: Row): number {
    const { grid } = this.#node;
    const present = row.present.subarray(row.offset, row.offset + grid.steps);
    if (present.includes(float)) this.#func.after?.(this.#notes);
    return countPresent(this.#evaluation.kernels, row, grid.steps);
  }
}
