/** and, or, unless: rows stay as they are, steps are kept or dropped by what the other side has in the same group. */
import { type Kernels, ScopePages } from '../../kernels/index.js';
import type { SetOp, VectorMatching } from '../ast/index.js';
import type { BinaryNode } from '../planner/index.js';
import type { Evaluation } from './evaluation.js';
import { groupRows } from './match-groups.js';
import { settleLabels } from './merge-rows.js';
import { type Row, type VectorResult, withoutEmpty } from './rows.js';

export function setOperation(
  evaluation: Evaluation,
  node: BinaryNode,
  left: VectorResult,
  right: VectorResult,
): VectorResult {
  const steps = node.grid.steps;
  const groups = groupRows(evaluation.labels, left.rows, right.rows, node.matching as VectorMatching);
  const { kernels, scope } = evaluation;
  const pages = new ScopePages(scope);
  const sides = { kernels, pages, count: groups.count, steps };
  if ((node.op as SetOp) === 'or') {
    const seen = presenceOf(sides, left.rows, groups.leftGroups);
    const kept = right.rows.filter(
      (row, i) => sift(kernels, row, seen[groups.rightGroups[i] as number], steps, false) > 0,
    );
    const rows = [...withoutEmpty(left.rows, steps), ...kept];
    return { kind: 'vector', rows: settleLabels(evaluation, rows, steps) };
  }
  const seen = presenceOf(sides, right.rows, groups.rightGroups);
  const keepsSeen = node.op === 'and';
  const rows = left.rows.filter(
    (row, i) => sift(kernels, row, seen[groups.leftGroups[i] as number], steps, keepsSeen) > 0,
  );
  return { kind: 'vector', rows };
}

/** For each group, the address of a mark for each step at which any of its rows has a sample; undefined for none. */
function presenceOf(
  sides: { kernels: Kernels; pages: ScopePages; count: number; steps: number },
  rows: readonly Row[],
  groups: Uint32Array,
): (number | undefined)[] {
  const { kernels, pages, count, steps } = sides;
  const seen = new Array<number | undefined>(count).fill(undefined);
  rows.forEach((row, i) => {
    const group = groups[i] as number;
    seen[group] ??= pages.take(steps);
    kernels.exports.rowMark(row.presentAt, seen[group], steps);
  });
  return seen;
}

/** Keeps the steps at which the other side is there (`keepsSeen`) or is not; says how many stay. */
function sift(
  { exports }: Kernels,
  row: Row,
  seen: number | undefined,
  steps: number,
  keepsSeen: boolean,
): number {
  return exports.rowSift(row.presentAt, seen ?? 0, steps, Number(keepsSeen));
}
