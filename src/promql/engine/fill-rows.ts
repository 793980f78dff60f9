import type { LabelIds } from '../../storage/index.js';
import { absent, float, type Row, type RowMaker } from './rows.js';

/** What `fill` puts where a group has no series: the value at the steps at which none of its rows has a sample. */
export function fillRow(options: {
  maker: RowMaker;
  labels: LabelIds;
  value: number;
  rows: readonly Row[];
}): Row {
  const { maker, labels, value, rows } = options;
  const row = maker.make(labels, false);
  for (let step = 0; step < maker.steps; step++) {
    if (rows.some(({ present, offset }) => present[offset + step] !== absent)) continue;
    row.present[row.offset + step] = float;
    row.values[row.offset + step] = value;
  }
  return row;
}
