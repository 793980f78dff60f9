/** rate() and its kin. Source: promql/functions.go. */
import { quoteGo } from '../../base/index.js';
import { instantRateWindow, type RateOptions, rateWindow, resetsWindow } from '../../kernels/index.js';
import type { WindowFunction, WindowNotes } from '../engine/index.js';
import { extendedRate } from './extended-rates.js';
import { countAnchoredTurns, countTurns, histogramRate, instantHistogramRate } from './histogram-rates.js';

const counterSuffixes = ['_total', '_sum', '_count', '_bucket'];

function remarkNonCounter({ evaluation, node, metricName, typeLabel }: WindowNotes): void {
  if (metricName === '') return;
  const { annotations, typeAndUnitLabels } = evaluation;
  const position = node.argPositions[0] ?? node.position;
  if (typeAndUnitLabels) {
    if (typeLabel === 'counter' || typeLabel === 'histogram') return;
    const text = 'metric might not be a counter, __type__ label is not set to "counter" or "histogram"';
    annotations.info(`${text}, got ${quoteGo(typeLabel)}: ${quoteGo(metricName)}`, position);
  } else if (!counterSuffixes.some((suffix) => metricName.endsWith(suffix))) {
    const text = 'metric might not be a counter, name does not end in _total/_sum/_count/_bucket:';
    annotations.info(`${text} ${quoteGo(metricName)}`, position);
  }
}

function extrapolated(options: RateOptions): WindowFunction {
  return {
    histograms: 'alone',
    overSamples: (window, notes) => histogramRate(window, notes, options),
    overExtended: {
      takes: ['anchored', 'smoothed'],
      isOfOneKind: true,
      answer: (window, notes) => extendedRate(window, notes, options),
    },
    usesStartTimestamps: options.isCounter,
    run: (windows) => windows.rate(options),
    plain(input, out, { evaluation, node, metricName }) {
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

function anchoredTurns(of: 'changes' | 'resets'): NonNullable<WindowFunction['overExtended']> {
  return { takes: ['anchored'], isOfOneKind: false, answer: (window) => countAnchoredTurns(window, of) };
}

export const rateFunctions: readonly (readonly [name: string, func: WindowFunction])[] = [
  ['rate', extrapolated({ isCounter: true, perSecond: true })],
  ['increase', extrapolated({ isCounter: true, perSecond: false })],
  ['delta', extrapolated({ isCounter: false, perSecond: false })],
  [
    'irate',
    {
      histograms: 'any',
      overSamples: (window, notes) => instantHistogramRate(window, notes, true),
      usesStartTimestamps: true,
      run: (windows) => windows.reduce('irate'),
      plain: (input, out) => instantRateWindow(input, out, true),
    },
  ],
  [
    'idelta',
    {
      histograms: 'any',
      overSamples: (window, notes) => instantHistogramRate(window, notes, false),
      run: (windows) => windows.reduce('idelta'),
    },
  ],
  ['deriv', { histograms: 'ignore', run: (windows) => windows.reduce('deriv') }],
  ['predict_linear', { histograms: 'ignore', run: (windows) => windows.reduce('predict linear') }],
  [
    'changes',
    {
      histograms: 'any',
      overSamples: (window) => countTurns(window, 'changes'),
      overExtended: anchoredTurns('changes'),
      run: (windows) => windows.reduce('changes'),
    },
  ],
  [
    'resets',
    {
      histograms: 'any',
      overSamples: (window) => countTurns(window, 'resets'),
      overExtended: anchoredTurns('resets'),
      usesStartTimestamps: true,
      run: (windows) => windows.resets(),
      plain: resetsWindow,
    },
  ],
];
