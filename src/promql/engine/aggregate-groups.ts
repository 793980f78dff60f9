/** Aggregations that reduce a group to one series and need no more than running state: rows may stream through. */
import {
  addAverage,
  addCount,
  addMax,
  addMin,
  addSum,
  addVariance,
  type FloatRow,
  finishAverage,
  finishSum,
  type GroupColumns,
  quantileOf,
} from '../../kernels/index.js';
import type { LabelIds } from '../../storage/index.js';
import { QueryError } from '../errors.js';
import type { AggregateNode } from '../planner/index.js';
import type { Evaluation } from './evaluation.js';
import { LabelNumbers } from './label-tools.js';
import { absent, float, histogram, type Row, RowMaker, withoutEmpty } from './rows.js';

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
  readonly #evaluation: Evaluation;
  readonly #names: ReadonlySet<number>;
  readonly #without: boolean;
  readonly #numbers = new LabelNumbers();

  constructor(evaluation: Evaluation, grouping: readonly string[], without: boolean) {
    const { labels } = evaluation;
    this.#evaluation = evaluation;
    this.#without = without;
    this.#names = without ? new Set([...labels.ids(grouping), labels.nameId]) : labels.ids(grouping);
  }

  groupOf(labels: LabelIds): number {
    return this.#numbers.number(this.groupLabels(labels));
  }

  groupLabels(labels: LabelIds): LabelIds {
    const tools = this.#evaluation.labels;
    return this.#without ? tools.without(labels, this.#names) : tools.keep(labels, this.#names);
  }

  labelsOf(group: number): LabelIds {
    return this.#numbers.sets[group] as LabelIds;
  }
}

interface Group extends GroupColumns {
  dropName: boolean;
  /** Steps at which the group met a histogram; made when it does. */
  histograms: Uint8Array | undefined;
  /** quantile() alone keeps the rows. */
  readonly rows: Row[];
}

type Accumulator = (row: FloatRow, group: GroupColumns, steps: number) => void;

const accumulators: Readonly<Record<Exclude<StreamingOp, 'quantile'>, Accumulator>> = {
  sum: addSum,
  avg: addAverage,
  count: addCount,
  group: addCount,
  min: addMin,
  max: addMax,
  stddev: addVariance,
  stdvar: addVariance,
};

const none = new Float64Array(0);

export class GroupAggregation {
  readonly #evaluation: Evaluation;
  readonly #node: AggregateNode;
  readonly #op: StreamingOp;
  readonly #grouper: Grouper;
  readonly #groups: Group[] = [];
  readonly #quantiles: Float64Array | undefined;

  constructor(evaluation: Evaluation, node: AggregateNode, quantiles: Float64Array | undefined) {
    this.#evaluation = evaluation;
    this.#node = node;
    this.#op = node.op as StreamingOp;
    this.#grouper = new Grouper(evaluation, node.grouping, node.without);
    this.#quantiles = quantiles;
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
    if (row.histograms !== undefined) this.#noteHistograms(row, group);
    this.#accumulate(row, group);
  }

  #newGroup(): Group {
    const steps = this.#node.grid.steps;
    const op = this.#op;
    const needs = (...ops: StreamingOp[]) => (ops.includes(op) ? new Float64Array(steps) : none);
    return {
      value: needs('sum', 'avg', 'min', 'max', 'stddev', 'stdvar'),
      rest: needs('sum', 'avg'),
      mean: needs('avg', 'stddev', 'stdvar'),
      count: needs('avg', 'count', 'group', 'stddev', 'stdvar'),
      state: new Uint8Array(steps),
      dropName: false,
      histograms: undefined,
      rows: [],
    };
  }

  #accumulate(row: Row, group: Group): void {
    if (this.#op === 'quantile') group.rows.push(row);
    else accumulators[this.#op](row, group, this.#node.grid.steps);
  }

  #noteHistograms(row: Row, group: Group): void {
    if (this.#op === 'count' || this.#op === 'group') return;
    const steps = this.#node.grid.steps;
    group.histograms ??= new Uint8Array(steps);
    for (let step = 0; step < steps; step++) {
      if (row.present[row.offset + step] !== histogram) continue;
      group.histograms[step] = 1;
      if (this.#op === 'sum' || this.#op === 'avg') continue;
      this.#evaluation.annotations.histogramIgnoredInAggregation(this.#op, this.#node.inputPosition);
    }
  }

  finish(): Row[] {
    const steps = this.#node.grid.steps;
    const maker = new RowMaker(steps);
    const rows = this.#groups.map((group, number) => {
      const row = maker.make(this.#grouper.labelsOf(number), group.dropName);
      if (this.#op === 'quantile') this.#fillQuantile(row, group);
      else this.#fill(row, group);
      return row;
    });
    return withoutEmpty(rows, steps);
  }

  #fill(row: Row, group: Group): void {
    const steps = this.#node.grid.steps;
    if (group.histograms !== undefined) this.#refuseHistograms(group, group.histograms);
    if (this.#op === 'sum') finishSum(group, steps);
    else if (this.#op === 'avg') finishAverage(group, steps);
    for (let step = 0; step < steps; step++) {
      const at = row.offset + step;
      row.present[at] = group.state[step] === 0 ? absent : float;
      row.values[at] = this.#resultOf(group, step);
    }
  }

  #resultOf({ value, count }: Group, step: number): number {
    switch (this.#op) {
      case 'group':
        return 1;
      case 'count':
        return count[step] as number;
      case 'stdvar':
        return (value[step] as number) / (count[step] as number);
      case 'stddev':
        return Math.sqrt((value[step] as number) / (count[step] as number));
      default:
        return value[step] as number;
    }
  }

  /** Floats and histograms together have no sum; histograms alone have one that is not there yet. */
  #refuseHistograms(group: Group, histograms: Uint8Array): void {
    if (this.#op !== 'sum' && this.#op !== 'avg') return;
    for (let step = 0; step < histograms.length; step++) {
      if (histograms[step] === 0) continue;
      if (group.state[step] === 0) {
        throw new QueryError('not-supported', `${this.#op} over native histograms is not supported yet`);
      }
      group.state[step] = 0;
      this.#evaluation.annotations.warn(
        'encountered a mix of histograms and floats for aggregation',
        this.#node.inputPosition,
      );
    }
  }

  #fillQuantile(row: Row, group: Group): void {
    const scratch = new Float64Array(group.rows.length);
    for (let step = 0; step < this.#node.grid.steps; step++) {
      let count = 0;
      for (const { present, values, offset } of group.rows) {
        if (present[offset + step] === float) scratch[count++] = values[offset + step] as number;
      }
      const at = row.offset + step;
      row.present[at] = count === 0 ? absent : float;
      if (count > 0) row.values[at] = quantileOf(this.#quantiles?.[step] ?? 0, scratch, count);
    }
  }
}
