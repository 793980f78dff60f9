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
  readonly #groupCount: number;

  constructor(evaluation: Evaluation, node: AggregateNode, rows: Row[]) {
    const grouper = new Grouper(evaluation, node.grouping, node.without);
    this.#evaluation = evaluation;
    this.#node = node;
    this.#rows = rows;
    this.#groups = Uint32Array.from(rows, (row) => grouper.groupOf(row.labels));
    this.#groupCount = this.#groups.reduce((most, group) => Math.max(most, group + 1), 0);
  }

  byCount(param: Float64Array): Row[] {
    const { steps } = this.#node.grid;
    const keep = new Uint8Array(this.#rows.length);
    let order: number[] = [];
    for (let step = 0; step < steps; step++) {
      const k = Math.min(Math.trunc(param[step] as number), this.#rows.length);
      order = k < 1 ? [] : this.#pick(step, k);
      keep.fill(0);
      for (const row of order) keep[row] = 1;
      this.#rows.forEach((row, i) => {
        if (keep[i] === 0) row.present[row.offset + step] = absent;
      });
    }
    // An instant query's answer comes in the order of the heaps.
    if (steps === 1) return order.map((row) => this.#rows[row] as Row);
    return withoutEmpty(this.#rows, steps);
  }

  /** Numbers of the rows that stay at the step, group by group. */
  #pick(step: number, k: number): number[] {
    const { op } = this.#node;
    const heaps = new Array<ValueHeap | undefined>(this.#groupCount).fill(undefined);
    this.#rows.forEach((row, i) => {
      const kind = row.present[row.offset + step] as number;
      if (kind === absent) return;
      if (kind === histogram && op !== 'limitk') {
        this.#evaluation.annotations.histogramIgnoredInAggregation(op, this.#node.position);
        return;
      }
      const group = this.#groups[i] as number;
      const heap = heaps[group] ?? new ValueHeap(op === 'bottomk');
      heaps[group] = heap;
      const value = kind === histogram ? 0 : (row.values[row.offset + step] as number);
      if (heap.length < k) heap.push(value, i);
      else if (op !== 'limitk' && isBetter(value, heap.top, op === 'bottomk')) heap.replaceTop(value, i);
    });
    const ordered = heaps.filter((heap) => heap !== undefined);
    return ordered.flatMap((heap) => (op === 'limitk' ? heap.rows() : heap.rowsBestFirst()));
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
