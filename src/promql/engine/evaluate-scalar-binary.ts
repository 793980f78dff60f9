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
import { answerHistograms, isTrim, putAnswers, type Remark } from './binary-histograms.js';
import type { Evaluation } from './evaluation.js';
import { dropName, settleLabels } from './merge-rows.js';
import { absent, type Row, type ScalarResult, type VectorResult } from './rows.js';

export function scalarBinary(node: BinaryNode, left: ScalarResult, right: ScalarResult): ScalarResult {
  const { op, grid } = node;
  if (isTrim(op)) throw new QueryError('execution', `operator "${op}" not allowed for Scalar operations`);
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
  const constant = { ...scalarColumn(scope, scalar.values), histograms: undefined };
  const remark = (_: number, say: Remark): void => say(evaluation.annotations, node.position);
  const rows: Row[] = [];
  const renames = changesMetric(op) || returnBool;
  for (const row of vector.rows) {
    const left = swapped ? constant : row;
    const right = swapped ? row : constant;
    const hasHistograms = row.histograms !== undefined || isTrim(op);
    const histograms = hasHistograms
      ? answerHistograms({ op, asBool: returnBool, steps: grid.steps }, left, right, remark)
      : undefined;
    let answered = 0;
    if (changesMetric(op)) answered = computeColumns(kernels, op, left, right, row, grid.steps);
    else if (isComparison(op)) {
      const comparison = { op, asBool: returnBool, kept: row };
      answered = compareColumns(kernels, comparison, left, right, row, grid.steps);
    } else row.present.fill(absent, row.offset, row.offset + grid.steps);
    if (histograms !== undefined) answered += putAnswers(histograms, row);
    if (answered === 0) continue;
    rows.push(renames ? dropName(evaluation, row) : row);
  }
  return { kind: 'vector', rows: renames ? settleLabels(evaluation, rows, grid.steps) : rows };
}
