/** Functions over histograms: classic ones, and of native ones what stands in them. Source: promql/functions.go. */
import { formatFloatShortest } from '../../base/index.js';
import type { Histogram } from '../../model/index.js';
import type { LabelIds } from '../../storage/index.js';
import {
  absent,
  type CallFunction,
  type CallInput,
  dropName,
  float,
  histogram,
  LabelNumbers,
  type NaNObservations,
  type Row,
  RowMaker,
  settleLabels,
  type VectorResult,
  withoutEmpty,
} from '../engine/index.js';
import {
  histogramFraction as fractionOfNative,
  histogramVariance,
  histogramQuantile as quantileOfNative,
} from '../histograms/index.js';
import { rowsOf, scalarOf, textOf } from './arguments.js';
import {
  addBucket,
  type Buckets,
  bucketFraction,
  bucketQuantile,
  newBuckets,
  type QuantileAnswer,
} from './classic-quantile.js';
import { MonotonicityNotes } from './monotonicity.js';
import { parseBound } from './parse-bound.js';

interface Bucket {
  readonly bound: number;
  readonly row: Row;
}

interface ClassicHistogram {
  readonly labels: LabelIds;
  /** In rising bounds. */
  readonly buckets: Bucket[];
}

/** A call's histograms. Where both kinds have the same labels and a sample at a step, neither has one any more. */
interface Histograms {
  /** Rows with native histograms; what else stands in them does not count. */
  readonly native: readonly Row[];
  readonly classic: readonly ClassicHistogram[];
}

/** Classic histograms are series that are one histogram's buckets, by their labels without `le`. */
function histogramsOf(input: CallInput, argument: number): Histograms {
  const { evaluation, node, grid } = input;
  const { labels: tools, annotations, delayedNameRemoval } = evaluation;
  const le = tools.symbols.intern('le');
  const without = new Set([le]);
  const numbers = new LabelNumbers();
  const classic: ClassicHistogram[] = [];
  const native: Row[] = [];
  const position = node.argPositions[argument] ?? node.position;
  for (const row of rowsOf(input, argument)) {
    if (row.histograms !== undefined) native.push(row);
    if (row.histograms !== undefined && !holds(row, grid.steps, float)) continue;
    const text = tools.text(row.labels, le);
    const bound = parseBound(text);
    if (bound === undefined) {
      annotations.badBucketLabel(delayedNameRemoval ? tools.metricName(row.labels) : '', text, position);
      continue;
    }
    const labels = tools.without(row.labels, without);
    const number = numbers.number(labels);
    classic[number] ??= { labels, buckets: [] };
    classic[number].buckets.push({ bound, row });
  }
  for (const { buckets } of classic) buckets.sort((a, b) => compareBounds(a.bound, b.bound));
  for (const row of native) {
    const same = classic[numbers.number(row.labels)];
    if (same === undefined || !dropBoth(row, same, grid.steps)) continue;
    annotations.mixedClassicNative(delayedNameRemoval ? tools.metricName(row.labels) : '', position);
  }
  return { native, classic };
}

function holds({ present, offset }: Row, steps: number, kind: number): boolean {
  return present.subarray(offset, offset + steps).includes(kind);
}

/** Says whether there was a step that had both. */
function dropBoth(native: Row, { buckets }: ClassicHistogram, steps: number): boolean {
  let wasMixed = false;
  for (let step = 0; step < steps; step++) {
    if (native.present[native.offset + step] !== histogram) continue;
    const there = buckets.filter(({ row }) => row.present[row.offset + step] === float);
    if (there.length === 0) continue;
    wasMixed = true;
    native.present[native.offset + step] = absent;
    for (const { row } of there) row.present[row.offset + step] = absent;
  }
  return wasMixed;
}

function compareBounds(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** The buckets that are there at the step, into `scratch`. */
function readBuckets({ buckets }: ClassicHistogram, step: number, scratch: Buckets): void {
  scratch.length = 0;
  for (const { bound, row } of buckets) {
    const at = row.offset + step;
    if (row.present[at] === float) addBucket(scratch, bound, row.values[at] as number);
  }
}

function answer(input: CallInput, rows: Row[]): VectorResult {
  const { evaluation, grid } = input;
  for (const row of rows) dropName(evaluation, row);
  return { kind: 'vector', rows: settleLabels(evaluation, withoutEmpty(rows, grid.steps), grid.steps) };
}

interface Figure {
  readonly value: number;
  readonly remark?: NaNObservations | undefined;
}

/** Writes a figure of each native histogram of a row into another. */
function figures(
  { evaluation, node, grid }: CallInput,
  { native, row, argument }: { readonly native: Row; readonly row: Row; readonly argument: number },
  figure: (sample: Histogram, step: number) => Figure,
): void {
  const { annotations, labels, delayedNameRemoval } = evaluation;
  for (let step = 0; step < grid.steps; step++) {
    const sample = native.present[native.offset + step] === histogram ? native.histograms?.[step] : undefined;
    if (sample === undefined) continue;
    const { value, remark } = figure(sample, step);
    row.present[row.offset + step] = float;
    row.values[row.offset + step] = value;
    if (remark === undefined) continue;
    const name = delayedNameRemoval ? labels.metricName(native.labels) : '';
    annotations.observationsAreNaN(remark, name, node.argPositions[argument] ?? node.position);
  }
}

function nativeQuantile(q: number, sample: Histogram): Figure {
  const { value, remark } = quantileOfNative(q, sample);
  return { value, remark: remark && `quantile ${remark}` };
}

/** Quantiles of one call, with what it had to correct in their buckets. */
class QuantileRows {
  readonly #input: CallInput;
  readonly #maker: RowMaker;
  readonly #notes: MonotonicityNotes;
  readonly #argument: number;

  /** `argument` is the histograms' place among the arguments. */
  constructor(input: CallInput, argument: number) {
    this.#input = input;
    this.#argument = argument;
    this.#maker = new RowMaker(input.grid.steps, input.evaluation.scope);
    this.#notes = new MonotonicityNotes(input.grid);
  }

  /** `noted` holds the steps of which it was said, whose counts were raised for good; undefined for one quantile alone. */
  row(classic: ClassicHistogram, quantiles: Float64Array, labels: LabelIds, noted?: Set<number>): Row {
    const { evaluation, grid } = this.#input;
    const row = this.#maker.make(labels, false);
    const name = evaluation.delayedNameRemoval ? evaluation.labels.metricName(classic.labels) : '';
    const buckets = newBuckets(classic.buckets.length);
    const found: QuantileAnswer = { quantile: 0, forced: undefined };
    for (let step = 0; step < grid.steps; step++) {
      readBuckets(classic, step, buckets);
      if (buckets.length === 0) continue;
      bucketQuantile(quantiles[step] as number, buckets, found);
      if (found.forced !== undefined && noted?.has(step) !== true) {
        this.#notes.add(name, step, found.forced);
        noted?.add(step);
      }
      row.present[row.offset + step] = float;
      row.values[row.offset + step] = found.quantile;
    }
    return row;
  }

  /** The same of native histograms. */
  nativeRow(native: Row, quantiles: Float64Array, labels: LabelIds): Row {
    const row = this.#maker.make(labels, false);
    figures(this.#input, { native, row, argument: this.#argument }, (sample, step) =>
      nativeQuantile(quantiles[step] as number, sample),
    );
    return row;
  }

  finish(rows: Row[]): VectorResult {
    const { evaluation, node } = this.#input;
    this.#notes.report(evaluation, node.argPositions[this.#argument] ?? node.position);
    return answer(this.#input, rows);
  }
}

function warnOfQuantiles({ evaluation, node }: CallInput, quantiles: Float64Array, argument: number): void {
  for (const q of quantiles) {
    if (q >= 0 && q <= 1) continue;
    evaluation.annotations.invalidQuantile(q, node.argPositions[argument] ?? node.position);
  }
}

const histogramQuantile: CallFunction = (input) => {
  const quantiles = scalarOf(input, 0);
  warnOfQuantiles(input, quantiles, 0);
  const answers = new QuantileRows(input, 1);
  const { native, classic } = histogramsOf(input, 1);
  return answers.finish([
    ...native.map((row) => answers.nativeRow(row, quantiles, row.labels)),
    ...classic.map((each) => answers.row(each, quantiles, each.labels)),
  ]);
};

/** One series a quantile, told apart by a label. Quantiles that change from step to step change the label. */
const histogramQuantiles: CallFunction = (input) => {
  const name = textOf(input, 1);
  const { labels: tools } = input.evaluation;
  const columns = input.args.slice(2).map((_, i) => scalarOf(input, i + 2));
  columns.forEach((quantiles, i) => {
    warnOfQuantiles(input, quantiles, i + 2);
  });
  const answers = new QuantileRows(input, 0);
  const { native, classic } = histogramsOf(input, 0);
  const rows: Row[] = [];
  const noted = new Map(classic.map((each) => [each, new Set<number>()]));
  for (const quantiles of columns) {
    for (const q of new Set(quantiles)) {
      const label = openMetricsFloat(q);
      const keep = (row: Row): void => {
        quantiles.forEach((other, step) => {
          if (!Object.is(other, q)) row.present[row.offset + step] = absent;
        });
        rows.push(row);
      };
      for (const row of native)
        keep(answers.nativeRow(row, quantiles, tools.setText(row.labels, name, label)));
      for (const each of classic) {
        const told = tools.setText(each.labels, name, label);
        keep(answers.row(each, quantiles, told, noted.get(each)));
      }
    }
  }
  return answers.finish(rows);
};

/** Source: model/labels/float.go: a number of this kind always shows that it is a float. */
function openMetricsFloat(value: number): string {
  const text = formatFloatShortest(value);
  return Number.isFinite(value) && !/[e.]/.test(text) ? `${text}.0` : text;
}

const histogramFraction: CallFunction = (input) => {
  const lower = scalarOf(input, 0);
  const upper = scalarOf(input, 1);
  const maker = new RowMaker(input.grid.steps, input.evaluation.scope);
  const { native, classic } = histogramsOf(input, 2);
  const rows = native.map((each) => {
    const row = maker.make(each.labels, false);
    figures(input, { native: each, row, argument: 2 }, (sample, step) => {
      const { value, remark } = fractionOfNative(lower[step] as number, upper[step] as number, sample);
      return { value, remark: remark && 'fraction' };
    });
    return row;
  });
  for (const each of classic) {
    const row = maker.make(each.labels, false);
    const buckets = newBuckets(each.buckets.length);
    for (let step = 0; step < input.grid.steps; step++) {
      readBuckets(each, step, buckets);
      if (buckets.length === 0) continue;
      row.present[row.offset + step] = float;
      row.values[row.offset + step] = bucketFraction(lower[step] as number, upper[step] as number, buckets);
    }
    rows.push(row);
  }
  return answer(input, rows);
};

/** A figure of each native histogram; floats are left out. */
function figureOf(figure: (sample: Histogram) => number): CallFunction {
  return (input) => {
    const rows = rowsOf(input, 0);
    for (const row of rows) {
      for (let step = 0; step < input.grid.steps; step++) {
        const at = row.offset + step;
        const sample = row.present[at] === histogram ? row.histograms?.[step] : undefined;
        row.present[at] = sample === undefined ? absent : float;
        if (sample !== undefined) row.values[at] = figure(sample);
      }
      row.histograms = undefined;
    }
    return answer(input, rows);
  };
}

export const histogramFunctions: readonly (readonly [name: string, run: CallFunction])[] = [
  ['histogram_quantile', histogramQuantile],
  ['histogram_quantiles', histogramQuantiles],
  ['histogram_fraction', histogramFraction],
  ['histogram_count', figureOf(({ count }) => count)],
  ['histogram_sum', figureOf(({ sum }) => sum)],
  ['histogram_avg', figureOf(({ sum, count }) => sum / count)],
  ['histogram_stddev', figureOf((sample) => Math.sqrt(histogramVariance(sample)))],
  ['histogram_stdvar', figureOf(histogramVariance)],
];
