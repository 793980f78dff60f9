/** Binary operators with a scalar on at least one side. */
import { unreachable } from '../../base/index.js';
import { QueryError } from '../errors.js';
import type { BinaryNode } from '../planner/index.js';
import { changesMetric, compareColumns, compute, computeColumns, holds, isComparison } from './arithmetic.js';
import type { Evaluation } from './evaluation.js';
import { dropName, settleLabels } from './merge-rows.js';
import { histogram, type Row, type ScalarResult, type VectorResult, withoutEmpty } from './rows.js';

export function scalarBinary(node: BinaryNode, left: ScalarResult, right: ScalarResult): ScalarResult {
  const { op, grid } = node;
  const values = new Float64Array(grid.steps);
  for (let i = 0; i < values.length; i++) {
    const x = left.values[i] as number;
    const y = right.values[i] as number;
    if (changesMetric(op)) values[i] = compute(op, x, y);
    else if (isComparison(op)) values[i] = Number(holds(op, x, y));
    else unreachable(op as never);
  }
  return { kind: 'scalar', values };
}

/** `swapped` when the scalar stands on the left. The vector's values are what a comparison keeps, on either side. */
export function vectorScalarBinary(
  evaluation: Evaluation,
  node: BinaryNode,
  vector: VectorResult,
  scalar: ScalarResult,
  swapped: boolean,
): VectorResult {
  const { op, returnBool, grid } = node;
  const constant = { values: scalar.values, present: undefined, offset: 0 };
  const renames = changesMetric(op) || returnBool;
  for (const row of vector.rows) {
    if (row.histograms !== undefined) dropHistograms(evaluation, node, row, swapped);
    const left = swapped ? constant : row;
    const right = swapped ? row : constant;
    if (changesMetric(op)) computeColumns(op, left, right, row, grid.steps);
    else if (isComparison(op)) {
      compareColumns({ op, asBool: returnBool, kept: row }, left, right, row, grid.steps);
    }
    if (renames) dropName(evaluation, row);
  }
  const rows = withoutEmpty(vector.rows, grid.steps);
  return { kind: 'vector', rows: renames ? settleLabels(evaluation, rows, grid.steps) : rows };
}

/** Histograms meet a number: most operators know no answer and say so; scaling is not there yet. */
function dropHistograms(
  evaluation: Evaluation,
  { op, position, grid }: BinaryNode,
  row: Row,
  swapped: boolean,
): void {
  for (let i = 0; i < grid.steps; i++) {
    if (row.present[row.offset + i] !== histogram) continue;
    if (op === '*' || (op === '/' && !swapped)) {
      throw new QueryError('not-supported', 'arithmetic on native histograms is not supported yet');
    }
    const sides = swapped ? `float ${op} histogram` : `histogram ${op} float`;
    evaluation.annotations.info(
      `incompatible sample types encountered for binary operator "${op}": ${sides}`,
      position,
    );
  }
  row.histograms = undefined;
}
