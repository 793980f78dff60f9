/** and, or, unless: rows stay as they are, steps are kept or dropped by what the other side has in the same group. */
import type { SetOp, VectorMatching } from '../ast/index.js';
import type { BinaryNode } from '../planner/index.js';
import type { Evaluation } from './evaluation.js';
import { groupRows } from './match-groups.js';
import { settleLabels } from './merge-rows.js';
import { absent, type Row, type VectorResult, withoutEmpty } from './rows.js';

export function setOperation(
  evaluation: Evaluation,
  node: BinaryNode,
  left: VectorResult,
  right: VectorResult,
): VectorResult {
  const steps = node.grid.steps;
  const groups = groupRows(evaluation.labels, left.rows, right.rows, node.matching as VectorMatching);
  const op = node.op as SetOp;
  if (op === 'or') {
    const seen = presenceOf(left.rows, groups.leftGroups, groups.count, steps);
    right.rows.forEach((row, i) => {
      sift(row, seen[groups.rightGroups[i] as number], steps, false);
    });
    const rows = withoutEmpty([...left.rows, ...right.rows], steps);
    return { kind: 'vector', rows: settleLabels(evaluation, rows, steps) };
  }
  const seen = presenceOf(right.rows, groups.rightGroups, groups.count, steps);
  left.rows.forEach((row, i) => {
    sift(row, seen[groups.leftGroups[i] as number], steps, op === 'and');
  });
  return { kind: 'vector', rows: withoutEmpty(left.rows, steps) };
}

/** For each group, the steps at which any of its rows has a sample; undefined for none. */
function presenceOf(
  rows: readonly Row[],
  groups: Uint32Array,
  count: number,
  steps: number,
): (Uint8Array | undefined)[] {
  const seen = new Array<Uint8Array | undefined>(count).fill(undefined);
  rows.forEach((row, i) => {
    const group = groups[i] as number;
    seen[group] ??= new Uint8Array(steps);
    const marks = seen[group];
    for (let step = 0; step < steps; step++) {
      if (row.present[row.offset + step] !== absent) marks[step] = 1;
    }
  });
  return seen;
}

/** Keeps the steps at which the other side is there (`keepSeen`) or is not. */
function sift(row: Row, seen: Uint8Array | undefined, steps: number, keepSeen: boolean): void {
  for (let step = 0; step < steps; step++) {
    const isSeen = seen?.[step] === 1;
    if (isSeen !== keepSeen) row.present[row.offset + step] = absent;
  }
}
