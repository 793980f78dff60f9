/** Functions that change each float by itself. Histograms are left out. Source: promql/functions.go. */
import {
  goAcos,
  goAcosh,
  goAsin,
  goAsinh,
  goAtan,
  goCos,
  goCosh,
  goLog,
  goLog2,
  goLog10,
  goSin,
  goSinh,
  goTan,
  goTanh,
} from '../../base/index.js';
import {
  type CallFunction,
  type CallInput,
  dropName,
  float,
  goMax,
  goMin,
  keepFloats,
  settleLabels,
  type VectorResult,
  withoutEmpty,
} from '../engine/index.js';
import { rowsOf, scalarOf } from './arguments.js';

/** Applies `change` to the floats of the first argument; the metric's name goes. */
export function mapFloats(input: CallInput, change: (value: number, step: number) => number): VectorResult {
  const { evaluation, grid } = input;
  for (const row of rowsOf(input, 0)) {
    keepFloats(row, grid.steps);
    const { values, present, offset } = row;
    for (let step = 0; step < grid.steps; step++) {
      if (present[offset + step] === float)
        values[offset + step] = change(values[offset + step] as number, step);
    }
    dropName(evaluation, row);
  }
  const rows = withoutEmpty(rowsOf(input, 0), grid.steps);
  return { kind: 'vector', rows: settleLabels(evaluation, rows, grid.steps) };
}

const simple: Readonly<Record<string, (value: number) => number>> = {
  abs: Math.abs,
  acos: goAcos,
  acosh: goAcosh,
  asin: goAsin,
  asinh: goAsinh,
  atan: goAtan,
  atanh: Math.atanh,
  ceil: Math.ceil,
  cos: goCos,
  cosh: goCosh,
  deg: (value) => (value * 180) / Math.PI,
  exp: Math.exp,
  floor: Math.floor,
  ln: goLog,
  log10: goLog10,
  log2: goLog2,
  rad: (value) => (value * Math.PI) / 180,
  sgn: (value) => (value < 0 ? -1 : value > 0 ? 1 : value),
  sin: goSin,
  sinh: goSinh,
  sqrt: Math.sqrt,
  tan: goTan,
  tanh: goTanh,
};

const round: CallFunction = (input) => {
  const nearest = input.args.length > 1 ? scalarOf(input, 1) : undefined;
  return mapFloats(input, (value, step) => {
    const inverse = 1 / (nearest?.[step] ?? 1);
    return Math.floor(value * inverse + 0.5) / inverse;
  });
};

/** Steps whose bounds are crossed have no answer. */
function clampBetween(
  input: CallInput,
  min: Float64Array | undefined,
  max: Float64Array | undefined,
): VectorResult {
  const { grid } = input;
  for (let step = 0; step < grid.steps; step++) {
    if (!((max?.[step] ?? Number.POSITIVE_INFINITY) < (min?.[step] ?? Number.NEGATIVE_INFINITY))) continue;
    for (const row of rowsOf(input, 0)) row.present[row.offset + step] = 0;
  }
  return mapFloats(input, (value, step) => {
    const high = max?.[step] ?? Number.POSITIVE_INFINITY;
    const low = min?.[step] ?? Number.NEGATIVE_INFINITY;
    return goMax(low, goMin(high, value));
  });
}

const scalarPair =
  (choose: (a: number, b: number) => number): CallFunction =>
  (input) => {
    const other = scalarOf(input, 1);
    const values = scalarOf(input, 0).map((value, step) => choose(value, other[step] as number));
    return { kind: 'scalar', values };
  };

export const mathFunctions: readonly (readonly [name: string, run: CallFunction])[] = [
  ...Object.entries(simple).map(([name, change]): [string, CallFunction] => [
    name,
    (input) => mapFloats(input, change),
  ]),
  ['round', round],
  ['clamp', (input) => clampBetween(input, scalarOf(input, 1), scalarOf(input, 2))],
  ['clamp_min', (input) => clampBetween(input, scalarOf(input, 1), undefined)],
  ['clamp_max', (input) => clampBetween(input, undefined, scalarOf(input, 1))],
  ['max_of', scalarPair(goMax)],
  ['min_of', scalarPair(goMin)],
];
