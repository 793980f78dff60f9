/** Aggregations that reduce a group to one series and need no more than running state: rows may stream through. */
import { aggregateOps, quantileOf, ScopePages } from '../../kernels/index.js';
import type { Histogram } from '../../model/index.js';
import type { LabelIds } from '../../storage/index.js';
import type { AggregateNode } from '../planner/index.js';
import { GroupHistogram, HistogramNotes } from './aggregate-histograms.js';
import type { Evaluation } from './evaluation.js';
import { LabelNumbers, pickInto } from './label-tools.js';
import { absent, float, histogram, type Row, RowMaker } from './rows.js';

export type StreamingOp =
  | 'sum'
  | 'avg'
  | 'count'
  | 'min'
  | 'max'
  | 'group'
  | 'stddev'
  | 'stdvar'
  | 'quantile';

/** Puts a series into its group by `by` or `without`. */
export class Grouper {
  readonly #names: ReadonlySet<number>;
  readonly #without: boolean;
  readonly #numbers = new LabelNumbers();
  #scratch = new Uint32Array(33);

  constructor(evaluation: Evaluation, grouping: readonly string[], without: boolean) {
    const { labels } = evaluation;
    this.#without = without;
    this.#names = without ? new Set([...labels.ids(grouping), labels.nameId]) : labels.ids(grouping);
  }

  groupOf(labels: LabelIds): number {
    // Longer than what is picked, so that the numbers keep a copy.
    if (this.#scratch.length <= labels.length) this.#scratch = new Uint32Array(2 * labels.length + 1);
    const length = pickInto(labels, this.#names, !this.#without, this.#scratch);
    return this.#numbers.number(this.#scratch, length);
  }

  labelsOf(group: number): LabelIds {
    return this.#numbers.sets[group] as LabelIds;
  }
}

interface Group {
  /** Address of its running state; 0 for quantile(). */
  readonly at: number;
  dropName: boolean;
  /** By step, where the group met a histogram and its aggregation takes them. */
  histograms: (GroupHistogram | undefined)[] | undefined;
  /** quantile() alone keeps the rows. */
  readonly rows: Row[];
}

/** Steps that one call of a kernel adds or finishes. */
const sliceSteps = 1 << 19;

export class GroupAggregation {
  readonly #evaluation: Evaluation;
  readonly #node: AggregateNode;
  readonly #op: StreamingOp;
  readonly #grouper: Grouper;
  readonly #groups: Group[] = [];
  readonly #quantiles: Float64Array | undefined;
  readonly #pages: ScopePages;
  readonly #groupBytes: number;
  readonly #notes: HistogramNotes;

  constructor(evaluation: Evaluation, node: AggregateNode, quantiles: Float64Array | undefined) {
    this.#evaluation = evaluation;
    this.#node = node;
    this.#op = node.op as StreamingOp;
    this.#grouper = new Grouper(evaluation, node.grouping, node.without);
    this.#quantiles = quantiles;
    this.#pages = new ScopePages(evaluation.scope);
    this.#notes = new HistogramNotes(evaluation, node);
    const { exports } = evaluation.kernels;
    this.#groupBytes =
      this.#op === 'quantile' ? 0 : exports.aggregateBytes(aggregateOps[this.#op], node.grid.steps) >>> 0;
  }

  /** Whether rows must outlive `add`. */
  get keepsRows(): boolean {
    return this.#op === 'quantile';
  }

  add(row: Row): void {
    const number = this.#grouper.groupOf(row.labels);
    let group = this.#groups[number];
    if (group === undefined) {
      group = this.#newGroup();
      this.#groups.push(group);
    }
    group.dropName ||= row.dropName;
    if (row.histograms !== undefined) this.#addHistograms(row, group);
    this.#accumulate(row, group);
  }

  #newGroup(): Group {
    const at = this.#op === 'quantile' ? 0 : this.#pages.take(this.#groupBytes);
    return { at, dropName: false, histograms: undefined, rows: [] };
  }

  #accumulate(row: Row, group: Group): void {
    if (this.#op === 'quantile') {
      group.rows.push(row);
      return;
    }
    const { exports } = this.#evaluation.kernels;
    const { steps } = this.#node.grid;
    const op = aggregateOps[this.#op];
    for (let from = 0; from < steps; from += sliceSteps) {
      const to = Math.min(steps, from + sliceSteps);
      exports.aggregateAdd(op, group.at, steps, row.valuesAt, row.presentAt, from, to);
    }
  }

  /** Before the row's floats are added. */
  #addHistograms(row: Row, group: Group): void {
    if (this.#op === 'count' || this.#op === 'group') return;
    const { annotations, labels } = this.#evaluation;
    const { steps } = this.#node.grid;
    const isTaken = this.#op === 'sum' || this.#op === 'avg';
    const floats = isTaken ? this.#floatsSeen(group) : undefined;
    this.#notes.begin(() => labels.metricName(row.labels));
    for (let step = 0; step < steps; step++) {
      const sample = row.present[row.offset + step] === histogram ? row.histograms?.[step] : undefined;
      if (sample === undefined) continue;
      if (floats === undefined) {
        annotations.histogramIgnoredInAggregation(this.#op, this.#node.inputPosition);
        continue;
      }
      group.histograms ??= new Array<GroupHistogram | undefined>(steps).fill(undefined);
      const sum = group.histograms[step] ?? new GroupHistogram();
      group.histograms[step] = sum;
      sum.add(sample, floats[step] !== 0, this.#notes);
    }
  }

  /** A byte a step, of sum and avg: not 0 where the group has met a float. */
  #floatsSeen({ at }: Group): Uint8Array {
    const { steps } = this.#node.grid;
    const stateAt = at + this.#groupBytes - steps;
    return this.#evaluation.kernels.bytes.subarray(stateAt, stateAt + steps);
  }

  finish(): Row[] {
    const maker = new RowMaker(this.#node.grid.steps, this.#evaluation.scope);
    const rows: Row[] = [];
    this.#groups.forEach((group, number) => {
      const row = maker.make(this.#grouper.labelsOf(number), group.dropName);
      if (this.#fill(row, group, this.#op) > 0) rows.push(row);
    });
    return rows;
  }

  /** How many steps have a result. */
  #fill(row: Row, group: Group, op: StreamingOp): number {
    const { steps } = this.#node.grid;
    if (op === 'quantile') return this.#fillQuantile(row, group);
    const { exports } = this.#evaluation.kernels;
    const { valuesAt, presentAt } = row;
    if (group.histograms === undefined)
      return exports.aggregateFinish(aggregateOps[op], group.at, steps, valuesAt, presentAt);
    const samples = this.#finishHistograms(group, group.histograms);
    const answered = exports.aggregateFinish(aggregateOps[op], group.at, steps, valuesAt, presentAt);
    return answered + putHistograms(row, samples);
  }

  /** Floats and histograms together have no sum. */
  #finishHistograms(
    group: Group,
    histograms: readonly (GroupHistogram | undefined)[],
  ): (Histogram | undefined)[] {
    const floats = this.#floatsSeen(group);
    return histograms.map((each, step) => {
      if (each === undefined) return undefined;
      const hasFloat = floats[step] !== 0;
      floats[step] = 0;
      return each.finish(hasFloat, this.#notes);
    });
  }

  #fillQuantile(row: Row, group: Group): number {
    let answered = 0;
    const scratch = new Float64Array(group.rows.length);
    for (let step = 0; step < this.#node.grid.steps; step++) {
      let count = 0;
      for (const { present, values, offset } of group.rows) {
        if (present[offset + step] === float) scratch[count++] = values[offset + step] as number;
      }
      const at = row.offset + step;
      row.present[at] = count === 0 ? absent : float;
      if (count === 0) continue;
      answered++;
      row.values[at] = quantileOf(this.#quantiles?.[step] ?? 0, scratch, count);
    }
    return answered;
  }
}

/** Says how many there are. */
function putHistograms(row: Row, samples: (Histogram | undefined)[]): number {
  let count = 0;
  for (const [step, sample] of samples.entries()) {
    if (sample === undefined) continue;
    row.present[row.offset + step] = histogram;
    row.histograms = samples;
    count++;
  }
  return count;
}
