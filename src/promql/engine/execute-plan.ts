/**
 * Runs a plan: its nodes in their order, each over all steps. Selectors and range functions that feed an aggregation
 * are not evaluated by themselves: the aggregation takes their series one at a time.
 */
import { assert } from '../../base/index.js';
import { QueryError } from '../errors.js';
import type {
  AggregateNode,
  BinaryNode,
  NodeIndex,
  Plan,
  PlanNode,
  SelectNode,
  StepGrid,
  WindowNode,
} from '../planner/index.js';
import { negated } from './binary-histograms.js';
import { aggregate, drain } from './evaluate-aggregate.js';
import { evaluateInfo } from './evaluate-info.js';
import { scalarBinary, vectorScalarBinary } from './evaluate-scalar-binary.js';
import { selectStream } from './evaluate-select.js';
import { setOperation } from './evaluate-set-operator.js';
import { vectorBinary } from './evaluate-vector-binary.js';
import { WindowFiller } from './evaluate-window.js';
import type { Evaluation } from './evaluation.js';
import { dropName, hasSameLabels, mergeSameLabels, sameLabelset } from './merge-rows.js';
import { HeldRowStream, type RowStream, SeriesRowStream } from './row-stream.js';
import { countPresent, float, type NodeResult, type Row, RowMaker, type VectorResult } from './rows.js';
import { columnsOfRow } from './subquery-columns.js';

export interface PlanAnswer {
  /** The last node's result. */
  readonly result: NodeResult;
  /** Samples that the steps looked at: of a subquery its results, of a part that is repeated once a step. */
  readonly totalSamples: number;
}

export async function executePlan(plan: Plan, evaluation: Evaluation): Promise<PlanAnswer> {
  const execution = new Execution(plan, evaluation);
  for (let index = 0; index < plan.nodes.length; index++) {
    const pause = evaluation.guard.checkpoint();
    if (pause !== undefined) await pause;
    await execution.run(index);
  }
  const last = plan.nodes.length - 1;
  return { result: execution.take(last), totalSamples: execution.totalSamples(last) };
}

class Execution {
  readonly #plan: Plan;
  readonly #evaluation: Evaluation;
  readonly #results: (NodeResult | undefined)[];
  readonly #held: Float64Array;
  readonly #cells: Float64Array;
  readonly #totals: Float64Array;

  constructor(plan: Plan, evaluation: Evaluation) {
    this.#plan = plan;
    this.#evaluation = evaluation;
    this.#results = new Array<NodeResult | undefined>(plan.nodes.length).fill(undefined);
    this.#held = new Float64Array(plan.nodes.length);
    this.#cells = new Float64Array(plan.nodes.length);
    this.#totals = new Float64Array(plan.nodes.length);
  }

  /** A node's result is taken once, by its consumer. */
  take(index: NodeIndex): NodeResult {
    const result = this.#results[index];
    assert(result !== undefined, `result ${index} was taken before`);
    this.#results[index] = undefined;
    return result;
  }

  totalSamples(index: NodeIndex): number {
    return this.#totals[index] as number;
  }

  #vector(index: NodeIndex): VectorResult {
    const result = this.take(index);
    assert(result.kind === 'vector', `node ${index} is no vector`);
    return result;
  }

  async run(index: NodeIndex): Promise<void> {
    const { nodes } = this.#plan;
    const node = nodes[index] as PlanNode;
    const next = nodes[index + 1];
    if (canStream(node) && next?.kind === 'aggregate' && next.input === index) return;
    const { guard } = this.#evaluation;
    const heldBefore = guard.held;
    const cellsBefore = guard.heldCells;
    const totalBefore = guard.totalSamples;
    const result = await this.#evaluate(node);
    // What was held while evaluating gives way to what is left of it.
    guard.release(guard.held - heldBefore);
    this.#results[index] = result;
    this.#held[index] = samplesIn(this.#evaluation, result, node.grid.steps);
    guard.hold(this.#held[index] as number);
    guard.releaseCells(guard.heldCells - cellsBefore);
    this.#cells[index] = cellsIn(result, node.grid.steps);
    guard.holdCells(this.#cells[index] as number);
    for (const input of this.#consumedBy(node)) {
      guard.release(this.#held[input] as number);
      guard.releaseCells(this.#cells[input] as number);
    }
    let total = guard.totalSamples - totalBefore;
    for (const input of inputsOf(node)) {
      const isSubquery =
        node.kind === 'window' && node.source.kind === 'subquery' && node.source.input === input;
      if (!isSubquery) total += this.#totals[input] as number;
    }
    this.#totals[index] = node.kind === 'repeat' ? total * node.grid.steps : total;
  }

  /** The nodes whose results are used up: an aggregation also uses those of the node that it streams from. */
  #consumedBy(node: PlanNode): readonly NodeIndex[] {
    const inputs = inputsOf(node);
    if (node.kind !== 'aggregate') return inputs;
    const input = this.#plan.nodes[node.input] as PlanNode;
    return canStream(input) ? [...inputs, ...inputsOf(input)] : inputs;
  }

  async #evaluate(node: PlanNode): Promise<NodeResult> {
    switch (node.kind) {
      case 'number':
        return { kind: 'scalar', values: new Float64Array(node.grid.steps).fill(node.value) };
      case 'string':
        return { kind: 'string', value: node.value };
      case 'select':
      case 'window':
        return this.#windowAnswer(node, await this.#drain(await this.#stream(node)));
      case 'range-select':
        throw new QueryError('execution', 'a range vector is no operand');
      case 'negate':
        return this.#negate(this.take(node.input), node.grid);
      case 'info':
        return evaluateInfo(this.#evaluation, node, this.#vector(node.input));
      case 'repeat':
        return repeat(this.#evaluation, this.take(node.input), node.grid);
      case 'binary':
        return this.#binary(node);
      case 'aggregate':
        return this.#aggregate(node);
      case 'call': {
        const call = this.#evaluation.functions.calls.get(node.func);
        assert(call !== undefined, `${node.func}() is planned but not there`);
        const args = node.args.map((arg) => this.take(arg));
        return call({ evaluation: this.#evaluation, node, grid: node.grid, args });
      }
    }
  }

  async #drain(stream: RowStream): Promise<Row[]> {
    try {
      return await drain(stream);
    } finally {
      stream.close();
    }
  }

  async #stream(node: SelectNode | WindowNode): Promise<RowStream> {
    const evaluation = this.#evaluation;
    if (node.kind === 'select') return selectStream(evaluation, node);
    const params = node.params.map((param) => {
      const result = this.take(param);
      assert(result.kind === 'scalar', 'parameters of range functions are scalars');
      return result.values;
    });
    const filler = new WindowFiller(evaluation, node, params);
    const { source, grid } = node;
    if (source.kind === 'selector') {
      return new SeriesRowStream({
        evaluation,
        selector: source.selector,
        steps: grid.steps,
        fill: (labels, columns, row) => filler.fill(labels, columns, row),
      });
    }
    const maker = new RowMaker(grid.steps, evaluation.scope);
    const rows: Row[] = [];
    for (const inner of grid.steps === 0 ? [] : this.#vector(source.input).rows) {
      const pause = evaluation.guard.checkpoint();
      if (pause !== undefined) await pause;
      const row = maker.make(inner.labels, false);
      forgetResets(inner);
      const columns = columnsOfRow(evaluation, inner, source.inner);
      if (filler.fill(inner.labels, columns, row, inner.dropName) === 0) continue;
      evaluation.guard.holdCells(grid.steps);
      rows.push(row);
    }
    return new HeldRowStream(rows, 0);
  }

  #windowAnswer(node: SelectNode | WindowNode, rows: Row[]): VectorResult {
    if (node.kind === 'select') return { kind: 'vector', rows };
    const finish = this.#evaluation.functions.windows.get(node.func)?.finish;
    if (finish !== undefined) return { kind: 'vector', rows: finish(this.#evaluation, node, rows) };
    if (!this.#evaluation.delayedNameRemoval && hasSameLabels(rows)) throw sameLabelset();
    return { kind: 'vector', rows };
  }

  async #aggregate(node: AggregateNode): Promise<VectorResult> {
    const param = node.param === undefined ? undefined : this.take(node.param);
    if (node.grid.steps === 0) return { kind: 'vector', rows: [] };
    const input = this.#plan.nodes[node.input] as PlanNode;
    if (!canStream(input)) {
      const { rows } = this.#vector(node.input);
      return aggregate(this.#evaluation, node, new HeldRowStream(rows, 0), param);
    }
    let stream = await this.#stream(input);
    try {
      if (input.kind === 'window') stream = await this.#checkedStream(input, stream);
      return await aggregate(this.#evaluation, node, stream, param);
    } finally {
      stream.close();
    }
  }

  /** Where names go at once, two series that become alike must be found before they are summed. */
  async #checkedStream(node: WindowNode, stream: RowStream): Promise<RowStream> {
    const finish = this.#evaluation.functions.windows.get(node.func)?.finish;
    if (this.#evaluation.delayedNameRemoval && finish === undefined) return stream;
    if (finish === undefined && selectsOneName(node)) return stream;
    const { rows } = this.#windowAnswer(node, await this.#drain(stream));
    return new HeldRowStream(rows, 0);
  }

  #binary(node: BinaryNode): NodeResult {
    const left = this.take(node.left);
    const right = this.take(node.right);
    if (left.kind === 'scalar' && right.kind === 'scalar') return scalarBinary(node, left, right);
    const evaluation = this.#evaluation;
    if (left.kind === 'vector' && right.kind === 'scalar') {
      return vectorScalarBinary(evaluation, node, left, right, false);
    }
    if (left.kind === 'scalar' && right.kind === 'vector') {
      return vectorScalarBinary(evaluation, node, right, left, true);
    }
    assert(left.kind === 'vector' && right.kind === 'vector', 'operands are scalars or vectors');
    const isSet = node.op === 'and' || node.op === 'or' || node.op === 'unless';
    return (isSet ? setOperation : vectorBinary)(evaluation, node, left, right);
  }

  #negate(operand: NodeResult, { steps }: StepGrid): NodeResult {
    assert(operand.kind !== 'string', 'a string has no sign');
    if (operand.kind === 'scalar') {
      for (let i = 0; i < operand.values.length; i++) operand.values[i] = -(operand.values[i] as number);
      return operand;
    }
    for (const row of operand.rows) {
      for (let i = row.offset; i < row.offset + steps; i++)
        if (row.present[i] === float) row.values[i] = -(row.values[i] as number);
      row.histograms = row.histograms?.map((sample) => sample && negated(sample));
      dropName(this.#evaluation, row);
    }
    if (this.#evaluation.delayedNameRemoval) return operand;
    return { kind: 'vector', rows: mergeSameLabels(operand.rows, steps) };
  }
}

function canStream(node: PlanNode): node is SelectNode | WindowNode {
  return node.kind === 'select' || (node.kind === 'window' && node.source.kind === 'selector');
}

/** Series of one metric name stay different when they lose it. */
function selectsOneName(node: WindowNode): boolean {
  if (node.source.kind !== 'selector') return false;
  return node.source.selector.matchers.some(({ type, name }) => type === '=' && name === '__name__');
}

function inputsOf(node: PlanNode): readonly NodeIndex[] {
  switch (node.kind) {
    case 'info':
    case 'negate':
    case 'repeat':
      return [node.input];
    case 'binary':
      return [node.left, node.right];
    case 'aggregate':
      return node.param === undefined ? [node.input] : [node.param, node.input];
    case 'call':
      return node.args;
    case 'window':
      return node.source.kind === 'subquery' ? [node.source.input, ...node.params] : node.params;
    default:
      return [];
  }
}

/**
 * Between two samples of a subquery there may be others, or the same one twice: whether the counter was reset before each
 * has to be found out anew. Source: promql/engine.go (evalSubquery).
 */
function forgetResets(row: Row): void {
  row.histograms = row.histograms?.map((sample) =>
    sample === undefined || sample.counterResetHint === 'gauge'
      ? sample
      : { ...sample, counterResetHint: 'unknown' },
  );
}

/** Steps that have memory. */
function cellsIn(result: NodeResult, steps: number): number {
  if (result.kind === 'string') return 0;
  return result.kind === 'scalar' ? result.values.length : result.rows.length * steps;
}

function samplesIn({ kernels }: Evaluation, result: NodeResult, steps: number): number {
  if (result.kind === 'string') return 0;
  if (result.kind === 'scalar') return result.values.length;
  let samples = 0;
  for (const row of result.rows) samples += countPresent(kernels, row, steps);
  return samples;
}

function repeat({ scope }: Evaluation, result: NodeResult, { steps }: StepGrid): NodeResult {
  if (result.kind === 'string') return result;
  if (result.kind === 'scalar') {
    return { kind: 'scalar', values: new Float64Array(steps).fill(result.values[0] as number) };
  }
  const maker = new RowMaker(steps, scope);
  const rows = result.rows.map((row) => {
    const repeated = maker.make(row.labels, row.dropName);
    const { offset } = repeated;
    repeated.present.fill(row.present[row.offset] as number, offset, offset + steps);
    repeated.values.fill(row.values[row.offset] as number, offset, offset + steps);
    const only = row.histograms?.[0];
    if (only !== undefined) repeated.histograms = new Array(steps).fill(only);
    return repeated;
  });
  return { kind: 'vector', rows };
}
