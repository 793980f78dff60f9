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
  type Row,
  RowMaker,
  settleLabels,
  type VectorResult,
  withoutEmpty,
} from '../engine/index.js';
import { QueryError } from '../errors.js';
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

/** Series that are one histogram's buckets, by their labels without `le`. */
function classicHistograms(input: CallInput, argument: number): ClassicHistogram[] {
  const { evaluation, node, grid } = input;
  const { labels: tools, annotations, delayedNameRemoval } = evaluation;
  const le = tools.symbols.intern('le');
  const without = new Set([le]);
  const numbers = new LabelNumbers();
  const found: ClassicHistogram[] = [];
  const position = node.argPositions[argument] ?? node.position;
  for (const row of rowsOf(input, argument)) {
    refuseNative(input, row, grid.steps);
    const text = tools.text(row.labels, le);
    const bound = parseBound(text);
    if (bound === undefined) {
      annotations.badBucketLabel(delayedNameRemoval ? tools.metricName(row.labels) : '', text, position);
      continue;
    }
    const labels = tools.without(row.labels, without);
    const number = numbers.number(labels);
    found[number] ??= { labels, buckets: [] };
    found[number].buckets.push({ bound, row });
  }
  for (const { buckets } of found) buckets.sort((a, b) => compareBounds(a.bound, b.bound));
  return found;
}

function refuseNative({ node }: CallInput, row: Row, steps: number): void {
  if (row.histograms === undefined) return;
  for (let step = 0; step < steps; step++) {
    if (row.present[row.offset + step] !== histogram) continue;
    throw new QueryError('not-supported', `${node.func}() over native histograms is not supported yet`);
  }
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

/** Quantiles of one call, with what it had to correct in their buckets. */
class QuantileRows {
  readonly #input: CallInput;
  readonly #maker: RowMaker;
  readonly #notes: MonotonicityNotes;

  constructor(input: CallInput) {
    this.#input = input;
    this.#maker = new RowMaker(input.grid.steps, input.evaluation.scope);
    this.#notes = new MonotonicityNotes(input.grid);
  }

  row(classic: ClassicHistogram, quantiles: Float64Array, labels: LabelIds): Row {
    const { evaluation, grid } = this.#input;
    const row = this.#maker.make(labels, false);
    const name = evaluation.delayedNameRemoval ? evaluation.labels.metricName(classic.labels) : '';
    const buckets = newBuckets(classic.buckets.length);
    const found: QuantileAnswer = { quantile: 0, forced: undefined };
    for (let step = 0; step < grid.steps; step++) {
      readBuckets(classic, step, buckets);
      if (buckets.length === 0) continue;
      bucketQuantile(quantiles[step] as number, buckets, found);
      if (found.forced !== undefined) this.#notes.add(name, step, found.forced);
      row.present[row.offset + step] = float;
      row.values[row.offset + step] = found.quantile;
    }
    return row;
  }

  /** `argument` is the histograms' place among the arguments. */
  finish(rows: Row[], argument: number): VectorResult {
    const { evaluation, node } = this.#input;
    this.#notes.report(evaluation, node.argPositions[argument] ?? node.position);
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
  const answers = new QuantileRows(input);
  const rows = classicHistograms(input, 1).map((classic) => answers.row(classic, quantiles, classic.labels));
  return answers.finish(rows, 1);
};

/** One series a quantile, told apart by a label. Quantiles that change from step to step change the label. */
const histogramQuantiles: CallFunction = (input) => {
  const name = textOf(input, 1);
  const { labels: tools } = input.evaluation;
  const columns = input.args.slice(2).map((_, i) => scalarOf(input, i + 2));
  columns.forEach((quantiles, i) => {
    warnOfQuantiles(input, quantiles, i + 2);
  });
  const answers = new QuantileRows(input);
  const histograms = classicHistograms(input, 0);
  const rows: Row[] = [];
  for (const quantiles of columns) {
    for (const q of new Set(quantiles)) {
      for (const classic of histograms) {
        const labels = tools.setText(classic.labels, name, openMetricsFloat(q));
        const row = answers.row(classic, quantiles, labels);
        quantiles.forEach((other, step) => {
          if (!Object.is(other, q)) row.present[row.offset + step] = absent;
        });
        rows.push(row);
      }
    }
  }
  return answers.finish(rows, 0);
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
  const rows = classicHistograms(input, 2).map((classic) => {
    const row = maker.make(classic.labels, false);
    const buckets = newBuckets(classic.buckets.length);
    for (let step = 0; step < input.grid.steps; step++) {
      readBuckets(classic, step, buckets);
      if (buckets.length === 0) continue;
      row.present[row.offset + step] = float;
      row.values[row.offset + step] = bucketFraction(lower[step] as number, upper[step] as number, buckets);
    }
    return row;
  });
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
];
