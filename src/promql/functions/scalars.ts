/** Between scalars, vectors and times. Source: promql/functions.go. */
import {
  absent,
  type CallFunction,
  dropName,
  float,
  type Row,
  RowMaker,
  settleLabels,
} from '../engine/index.js';
import { rowsOf, scalarOf } from './arguments.js';

const time: CallFunction = ({ grid }) => {
  const values = new Float64Array(grid.steps);
  for (let step = 0; step < values.length; step++) values[step] = (grid.startMs + step * grid.stepMs) / 1000;
  return { kind: 'scalar', values };
};

const pi: CallFunction = ({ grid }) => ({
  kind: 'scalar',
  values: new Float64Array(grid.steps).fill(Math.PI),
});

/** The only float there is, or NaN. */
const scalar: CallFunction = (input) => {
  const { grid } = input;
  const values = new Float64Array(grid.steps).fill(Number.NaN);
  const found = new Uint8Array(grid.steps);
  for (const row of rowsOf(input, 0)) {
    for (let step = 0; step < grid.steps; step++) {
      if (row.present[row.offset + step] !== float) continue;
      values[step] = found[step] === 1 ? Number.NaN : (row.values[row.offset + step] as number);
      found[step] = 1;
    }
  }
  return { kind: 'scalar', values };
};

const vector: CallFunction = (input) => {
  const { grid, evaluation } = input;
  const row: Row = new RowMaker(grid.steps, evaluation.scope).make(new Uint32Array(0), false);
  row.values.set(scalarOf(input, 0), row.offset);
  row.present.fill(float, row.offset, row.offset + grid.steps);
  return { kind: 'vector', rows: [row] };
};

/** Of anything but a plain selector (the planner's `select` answers that): the time of the step. */
const timestamp: CallFunction = (input) => {
  const { evaluation, grid } = input;
  for (const row of rowsOf(input, 0)) {
    for (let step = 0; step < grid.steps; step++) {
      const at = row.offset + step;
      if (row.present[at] === absent) continue;
      row.present[at] = float;
      row.values[at] = (grid.startMs + step * grid.stepMs) / 1000;
    }
    row.histograms = undefined;
    dropName(evaluation, row);
  }
  return { kind: 'vector', rows: settleLabels(evaluation, rowsOf(input, 0), grid.steps) };
};

/** Known of plain selectors alone. */
const startTimestamp: CallFunction = () => ({ kind: 'vector', rows: [] });

export const scalarFunctions: readonly (readonly [name: string, run: CallFunction])[] = [
  ['time', time],
  ['pi', pi],
  ['scalar', scalar],
  ['vector', vector],
  ['timestamp', timestamp],
  ['start_timestamp', startTimestamp],
];
