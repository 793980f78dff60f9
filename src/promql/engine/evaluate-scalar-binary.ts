/** Binary operators with a scalar on at least one side. */
import { unreachable } from '../../base/index.js';
import { QueryError } from '../errors.js';
import type { BinaryNode } from '../planner/index.js';
import {
  changesMetric,
  compareColumns,
  compute,
  computeColumns,
  holds,
  isComparison,
  scalarColumn,
} from './arithmetic.js';
import type { Evaluation } from './evaluation.js';
import { dropName, settleLabels } from './merge-rows.js';
import { histogram, type Row, type ScalarResult, type VectorResult } from './rows.js';

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
  const { kernels, scope } = evaluation;
  const constant = scalarColumn(scope, scalar.values);
  const rows: Row[] = [];
  const renames = changesMetric(op) || returnBool;
  for (const row of vector.rows) {
    if (row.histograms !== undefined) dropHistograms(evaluation, node, row, swapped);
    const left = swapped ? constant : row;
    const right = swapped ? row : constant;
    let answered = 0;
    if (changesMetric(op)) answered = computeColumns(kernels, op, left, right, row, grid.steps);
    else if (isComparison(op)) {
      const comparison = { op, asBool: returnBool, kept: row };
      answered = compareColumns(kernels, comparison, left, right, row, grid.steps);
    }
    if (answered === 0) continue;
    rows.push(renames ? dropName(evaluation, row) : row);
  }
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
