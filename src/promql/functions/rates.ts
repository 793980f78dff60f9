/** rate() and its kin. Source: promql/functions.go. */
import { quoteGo } from '../../base/index.js';
import {
  changesWindow,
  derivWindow,
  instantRateWindow,
  predictLinearWindow,
  type RateOptions,
  rateWindow,
  resetsWindow,
} from '../../kernels/index.js';
import type { WindowFunction, WindowNotes } from '../engine/index.js';

const counterSuffixes = ['_total', '_sum', '_count', '_bucket'];

function remarkNonCounter({ evaluation, node, metricName, typeLabel }: WindowNotes): void {
  if (metricName === '') return;
  const { annotations, typeAndUnitLabels } = evaluation;
  const position = node.argPositions[0] ?? node.position;
  const name = quoteGo(metricName);
  if (typeAndUnitLabels) {
    if (typeLabel === 'counter' || typeLabel === 'histogram') return;
    const text = 'metric might not be a counter, __type__ label is not set to "counter" or "histogram"';
    annotations.info(`${text}, got ${quoteGo(typeLabel)}: ${name}`, position);
  } else if (!counterSuffixes.some((suffix) => metricName.endsWith(suffix))) {
    const text = 'metric might not be a counter, name does not end in _total/_sum/_count/_bucket:';
    annotations.info(`${text} ${name}`, position);
  }
}

function extrapolated(options: RateOptions): WindowFunction {
  return {
    histograms: 'refuse',
    usesStartTimestamps: options.isCounter,
    run(input, out, { evaluation, node, metricName }) {
      const report = rateWindow(input, out, options);
      if (report.overlaps > 0) {
        const position = node.argPositions[0] ?? node.position;
        evaluation.annotations.startTimeOverlap(metricName, report.overlaps, position);
      }
      return report;
    },
    ...(options.isCounter ? { after: remarkNonCounter } : {}),
  };
}

export const rateFunctions: readonly (readonly [name: string, func: WindowFunction])[] = [
  ['rate', extrapolated({ isCounter: true, perSecond: true })],
  ['increase', extrapolated({ isCounter: true, perSecond: false })],
  ['delta', extrapolated({ isCounter: false, perSecond: false })],
  [
    'irate',
    {
      histograms: 'unsupported',
      usesStartTimestamps: true,
      run: (input, out) => instantRateWindow(input, out, true),
    },
  ],
  ['idelta', { histograms: 'unsupported', run: (input, out) => instantRateWindow(input, out, false) }],
  ['deriv', { histograms: 'ignore', run: derivWindow }],
  ['predict_linear', { histograms: 'ignore', run: predictLinearWindow }],
  ['changes', { histograms: 'unsupported', run: changesWindow }],
  ['resets', { histograms: 'unsupported', usesStartTimestamps: true, run: resetsWindow }],
];
