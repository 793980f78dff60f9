/** The `*_over_time` family. Source: promql/functions.go. */
import { formatGoFixed } from '../../base/index.js';
import {
  medianDeviationOverTime,
  reduceWindows,
  smoothOverTime,
  type WindowOp,
} from '../../kernels/index.js';
import { float, type WindowFunction } from '../engine/index.js';
import { QueryError } from '../errors.js';
import { absentRows } from './absence.js';
import { histogramOverTime } from './histogram-rates.js';

type Policy = WindowFunction['histograms'];

function over(op: WindowOp, histograms: Policy): WindowFunction {
  return { histograms, run: (windows) => windows.reduce(op) };
}

const summing = (of: 'sum' | 'avg'): WindowFunction => ({
  histograms: 'alone',
  overSamples: (window, notes) => histogramOverTime(window, notes, of),
  run: (windows) => windows.sum(of === 'avg'),
});

const quantile: WindowFunction = {
  histograms: 'ignore',
  run(windows, { evaluation, node, params, row }) {
    const report = windows.quantile();
    const quantiles = params[0] as Float64Array;
    for (let step = 0; step < quantiles.length; step++) {
      const q = quantiles[step] as number;
      if ((q >= 0 && q <= 1) || row.present[row.offset + step] !== float) continue;
      evaluation.annotations.invalidQuantile(q, node.argPositions[0] ?? node.position);
    }
    return report;
  },
};

const smoothing: WindowFunction = {
  histograms: 'ignore',
  plain(input, out) {
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

const medianDeviation: WindowFunction = {
  histograms: 'ignore',
  plain: (input, out) => reduceWindows(input, out, 1, medianDeviationOverTime),
};

const absentOverTime: WindowFunction = {
  ...over('present', 'count'),
  finish: (evaluation, node, rows) =>
    absentRows(evaluation, rows, node.grid.steps, { labels: node.absentLabels, dropName: true }),
};

export const overTimeFunctions: readonly (readonly [name: string, func: WindowFunction])[] = [
  ['sum_over_time', summing('sum')],
  ['avg_over_time', summing('avg')],
  ['count_over_time', over('count', 'count')],
  ['min_over_time', over('min', 'ignore')],
  ['max_over_time', over('max', 'ignore')],
  ['stddev_over_time', over('stddev', 'ignore')],
  ['stdvar_over_time', over('stdvar', 'ignore')],
  ['mad_over_time', medianDeviation],
  ['quantile_over_time', quantile],
  ['double_exponential_smoothing', smoothing],
  ['present_over_time', over('present', 'count')],
  ['absent_over_time', absentOverTime],
  ['first_over_time', { ...over('first', 'first'), keepsName: true }],
  ['last_over_time', { ...over('last', 'last'), keepsName: true }],
  ['ts_of_first_over_time', over('first time', 'count')],
  ['ts_of_last_over_time', over('last time', 'count')],
  ['ts_of_min_over_time', over('time of min', 'ignore')],
  ['ts_of_max_over_time', over('time of max', 'ignore')],
];
