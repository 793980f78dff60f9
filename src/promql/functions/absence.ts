import { Labels } from '../../model/index.js';
import type { LabelIds } from '../../storage/index.js';
import {
  type CallFunction,
  type Evaluation,
  float,
  absent as nothing,
  type Row,
  RowMaker,
} from '../engine/index.js';
import { rowsOf } from './arguments.js';

/** One series of ones at the steps where no row has a sample; none when there is no such step. */
export function absentRows(
  evaluation: Evaluation,
  rows: readonly Row[],
  steps: number,
  answer: { labels: readonly string[]; dropName: boolean },
): Row[] {
  const { symbols } = evaluation.labels;
  const labels: LabelIds = symbols.internLabels(Labels.fromPairs(...answer.labels));
  const row = new RowMaker(steps, evaluation.scope).make(labels, answer.dropName);
  let missing = 0;
  for (let step = 0; step < steps; step++) {
    if (rows.some(({ present, offset }) => present[offset + step] !== nothing)) continue;
    row.present[row.offset + step] = float;
    row.values[row.offset + step] = 1;
    missing++;
  }
  return missing === 0 ? [] : [row];
}

const absent: CallFunction = (input) => {
  const { evaluation, grid, node } = input;
  const answer = { labels: node.absentLabels, dropName: false };
  return { kind: 'vector', rows: absentRows(evaluation, rowsOf(input, 0), grid.steps, answer) };
};

export const absenceFunctions: readonly (readonly [name: string, run: CallFunction])[] = [['absent', absent]];
