/** topk, bottomk, limitk and limit_ratio: series stay themselves, steps are kept or dropped. */
import { formatFloatShortest } from '../../base/index.js';
import { QueryError } from '../errors.js';
import type { AggregateNode } from '../planner/index.js';
import { Grouper } from './aggregate-groups.js';
import type { Evaluation } from './evaluation.js';
import { absent, histogram, type Row, withoutEmpty } from './rows.js';
import { ValueHeap } from './value-heap.js';

/** The greatest double that fits 64 signed bits, and the smallest. */
const maxInt64 = 2 ** 63 - 1024;
const minInt64 = -(2 ** 63);
const maxUint64 = 2 ** 64;

export function selectSeries(
  evaluation: Evaluation,
  node: AggregateNode,
  rows: Row[],
  param: Float64Array,
): Row[] {
  if (!checkParameter(evaluation, node, param)) return [];
  const selection = new SeriesSelection(evaluation, node, rows);
  return node.op === 'limit_ratio' ? selection.byRatio(param) : selection.byCount(param);
}

/** False when nothing can be selected. */
function checkParameter({ annotations }: Evaluation, node: AggregateNode, param: Float64Array): boolean {
  let min = Number.MAX_VALUE;
  let max = -Number.MAX_VALUE;
  let anyNaN = false;
  for (const value of param) {
    if (Number.isNaN(value)) anyNaN = true;
    min = Math.min(min, value);
    max = Math.max(max, value);
  }
  const position = node.paramPosition ?? node.position;
  if (node.op === 'limit_ratio') {
    if (max === 0 && min === 0) return false;
    if (anyNaN) throw new QueryError('execution', 'Ratio value is NaN');
    const warn = (value: number, cap: string) => {
      const text = `ratio value should be between -1 and 1, got ${formatFloatShortest(value)}, capping to ${cap}`;
      annotations.warn(text, position);
    };
    if (max > 1) warn(max, '1');
    if (min < -1) warn(min, '-1');
    return true;
  }
  if (max < 1) return false;
  if (anyNaN) throw new QueryError('execution', 'Parameter value is NaN');
  const overflow = (value: number, how: string) =>
    new QueryError('execution', `Scalar value ${formatFloatShortest(value)} ${how} int64`);
  if (min <= minInt64) throw overflow(min, 'underflows');
  if (max >= maxInt64) throw overflow(max, 'overflows');
  return true;
}

class SeriesSelection {
  readonly #evaluation: Evaluation;
  readonly #node: AggregateNode;
  readonly #rows: Row[];
  readonly #groups: Uint32Array;
  /** One a group. */
  readonly #heaps: readonly ValueHeap[];

  constructor(evaluation: Evaluation, node: AggregateNode, rows: Row[]) {
    const grouper = new Grouper(evaluation, node.grouping, node.without);
    this.#evaluation = evaluation;
    this.#node = node;
    this.#rows = rows;
    this.#groups = Uint32Array.from(rows, (row) => grouper.groupOf(row.labels));
    const groups = this.#groups.reduce((most, group) => Math.max(most, group + 1), 0);
    this.#heaps = Array.from({ length: groups }, () => new ValueHeap(node.op === 'bottomk'));
  }

  byCount(param: Float64Array): Row[] {
    const { steps } = this.#node.grid;
    const rows = this.#rows;
    /** The last step that kept the row, counted from 1. */
    const keptAt = new Uint32Array(rows.length);
    for (let step = 0; step < steps; step++) {
      for (const heap of this.#heaps) heap.clear();
      const k = Math.min(Math.trunc(param[step] as number), rows.length);
      if (k >= 1) this.#pick(step, k);
      for (const heap of this.#heaps) for (const row of heap.rows()) keptAt[row] = step + 1;
      for (let i = 0; i < rows.length; i++) {
        const row = rows[i] as Row;
        if (keptAt[i] !== step + 1) row.present[row.offset + step] = absent;
      }
    }
    if (steps > 1) return withoutEmpty(rows, steps);
    // An instant query's answer comes in the order of the heaps.
    const isLimit = this.#node.op === 'limitk';
    const order = this.#heaps.flatMap((heap) => (isLimit ? heap.rows() : heap.rowsBestFirst()));
    return order.map((row) => rows[row] as Row);
  }

  /** Leaves in each group's heap the numbers of the rows that stay at the step. */
  #pick(step: number, k: number): void {
    const { op } = this.#node;
    const descending = op === 'bottomk';
    const rows = this.#rows;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as Row;
      const at = row.offset + step;
      const kind = row.present[at] as number;
      if (kind === absent) continue;
      if (kind === histogram && op !== 'limitk') {
        this.#evaluation.annotations.histogramIgnoredInAggregation(op, this.#node.position);
        continue;
      }
      const heap = this.#heaps[this.#groups[i] as number] as ValueHeap;
      const value = kind === histogram ? 0 : (row.values[at] as number);
      if (heap.length < k) heap.push(value, i);
      else if (op !== 'limitk' && isBetter(value, heap.top, descending)) heap.replaceTop(value, i);
    }
  }

  byRatio(param: Float64Array): Row[] {
    const { steps } = this.#node.grid;
    const { symbols } = this.#evaluation.labels;
    for (const row of this.#rows) {
      const offset = Number(symbols.labels(row.labels).hash()) / maxUint64;
      for (let step = 0; step < steps; step++) {
        const ratio = Math.max(-1, Math.min(1, param[step] as number));
        const kept = ratio >= 0 ? offset < ratio : offset >= 1 + ratio;
        if (!kept) row.present[row.offset + step] = absent;
      }
    }
    return withoutEmpty(this.#rows, steps);
  }
}

function isBetter(value: number, worst: number, descending: boolean): boolean {
  if (descending ? worst > value : worst < value) return true;
  return Number.isNaN(worst) && !Number.isNaN(value);
}
