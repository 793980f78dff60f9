/** Aggregations that reduce a group to one series and need no more than running state: rows may stream through. */
import { aggregateOps, quantileOf, ScopePages } from '../../kernels/index.js';
import type { LabelIds } from '../../storage/index.js';
import { QueryError } from '../errors.js';
import type { AggregateNode } from '../planner/index.js';
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
  /** Steps at which the group met a histogram; made when it does. */
  histograms: Uint8Array | undefined;
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

  constructor(evaluation: Evaluation, node: AggregateNode, quantiles: Float64Array | undefined) {
    this.#evaluation = evaluation;
    this.#node = node;
    this.#op = node.op as StreamingOp;
    this.#grouper = new Grouper(evaluation, node.grouping, node.without);
    this.#quantiles = quantiles;
    this.#pages = new ScopePages(evaluation.scope);
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
    if (row.histograms !== undefined) this.#noteHistograms(row, group);
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
    if (group.histograms !== undefined) this.#refuseHistograms(group, group.histograms);
    const { exports } = this.#evaluation.kernels;
    return exports.aggregateFinish(aggregateOps[op], group.at, steps, row.valuesAt, row.presentAt);
  }

  /** Floats and histograms together have no sum; histograms alone have one that is not there yet. */
  #refuseHistograms(group: Group, histograms: Uint8Array): void {
    if (this.#op !== 'sum' && this.#op !== 'avg') return;
    const { length } = histograms;
    const stateAt = group.at + this.#groupBytes - length;
    const state = this.#evaluation.kernels.bytes.subarray(stateAt, stateAt + length);
    for (let step = 0; step < length; step++) {
      if (histograms[step] === 0) continue;
      if (state[step] === 0) {
        throw new QueryError('not-supported', `${this.#op} over native histograms is not supported yet`);
      }
      state[step] = 0;
      this.#evaluation.annotations.warn(
        'encountered a mix of histograms and floats for aggregation',
        this.#node.inputPosition,
      );
    }
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
