/** The `*_over_time` family. Source: promql/functions.go. */
import { formatGoFixed } from '../../base/index.js';
import {
  averageOverTime,
  deviationOverTime,
  maxOverTime,
  medianDeviationOverTime,
  minOverTime,
  quantileOverTime,
  reduceWindows,
  smoothOverTime,
  sumOverTime,
  timeOfMax,
  timeOfMin,
  varianceOverTime,
  type WindowReducer,
} from '../../kernels/index.js';
import { float, type WindowFunction } from '../engine/index.js';
import { QueryError } from '../errors.js';
import { absentRows } from './absence.js';

type Policy = WindowFunction['histograms'];

function over(reduce: WindowReducer, histograms: Policy, minimum = 1): WindowFunction {
  return { histograms, run: (input, out) => reduceWindows(input, out, minimum, reduce) };
}

const countSamples: WindowReducer = (_input, from, to) => to - from;
const one: WindowReducer = () => 1;
const firstTime: WindowReducer = ({ timestamps }, from) => (timestamps[from] as number) / 1000;
const lastTime: WindowReducer = ({ timestamps }, _from, to) => (timestamps[to - 1] as number) / 1000;
const firstValue: WindowReducer = ({ values }, from) => values[from] as number;
const lastValue: WindowReducer = ({ values }, _from, to) => values[to - 1] as number;

const quantile: WindowFunction = {
  histograms: 'ignore',
  run(input, out, { evaluation, node }) {
    const report = reduceWindows(input, out, 1, quantileOverTime);
    const quantiles = input.params[0] as Float64Array;
    for (let step = 0; step < input.steps; step++) {
      const q = quantiles[step] as number;
      if ((q >= 0 && q <= 1) || out.present[out.offset + step] !== float) continue;
      evaluation.annotations.invalidQuantile(q, node.argPositions[0] ?? node.position);
    }
    return report;
  },
};

const smoothing: WindowFunction = {
  histograms: 'ignore',
  run(input, out) {
    const [smoothingFactors, trendFactors] = input.params as [Float64Array, Float64Array];
    return reduceWindows(input, out, 1, (window, from, to, step) => {
      checkFactor('smoothing', smoothingFactors[step] as number);
      checkFactor('trend', trendFactors[step] as number);
      if (to - from < 2) {
        out.present[out.offset + step] = 0;
        return 0;
      }
      return smoothOverTime(window, from, to, step);
    });
  },
};

function checkFactor(name: 'smoothing' | 'trend', factor: number): void {
  if (!(factor <= 0 || factor >= 1)) return;
  const short = name === 'smoothing' ? 'sf' : 'tf';
  const text = `invalid ${name} factor. Expected: 0 < ${short} < 1, got: ${formatGoFixed(factor, 6)}`;
  throw new QueryError('execution', text);
}

const absentOverTime: WindowFunction = {
  ...over(one, 'count'),
  finish: (evaluation, node, rows) =>
    absentRows(evaluation, rows, node.grid.steps, { labels: node.absentLabels, dropName: true }),
};

export const overTimeFunctions: readonly (readonly [name: string, func: WindowFunction])[] = [
  ['sum_over_time', over(sumOverTime, 'refuse')],
  ['avg_over_time', over(averageOverTime, 'refuse')],
  ['count_over_time', over(countSamples, 'count')],
  ['min_over_time', over(minOverTime, 'ignore')],
  ['max_over_time', over(maxOverTime, 'ignore')],
  ['stddev_over_time', over(deviationOverTime, 'ignore')],
  ['stdvar_over_time', over(varianceOverTime, 'ignore')],
  ['mad_over_time', over(medianDeviationOverTime, 'ignore')],
  ['quantile_over_time', quantile],
  ['double_exponential_smoothing', smoothing],
  ['present_over_time', over(one, 'count')],
  ['absent_over_time', absentOverTime],
  ['first_over_time', { ...over(firstValue, 'first'), keepsName: true }],
  ['last_over_time', { ...over(lastValue, 'last'), keepsName: true }],
  ['ts_of_first_over_time', over(firstTime, 'count')],
  ['ts_of_last_over_time', over(lastTime, 'count')],
  ['ts_of_min_over_time', over(timeOfMin, 'ignore')],
  ['ts_of_max_over_time', over(timeOfMax, 'ignore')],
];
