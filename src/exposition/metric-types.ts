import type { MetricType } from '../model/index.js';

/** The type of rows before any TYPE line. */
export const noMetricType = 0;

/** Metric types by their code in a scanned page; code 0 is "no TYPE line so far". */
export const metricTypes: readonly MetricType[] = [
  'unknown',
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'summary',
  'gaugehistogram',
  'info',
  'stateset',
];

const typeCodes: Readonly<Record<MetricType, number>> = {
  unknown: 1,
  counter: 2,
  gauge: 3,
  histogram: 4,
  summary: 5,
  gaugehistogram: 6,
  info: 7,
  stateset: 8,
};

export const histogramType = typeCodes.histogram;
export const summaryType = typeCodes.summary;

/** The words that a TYPE line of the text format may hold. */
export const textTypes: ReadonlyMap<string, number> = new Map([
  ['counter', typeCodes.counter],
  ['gauge', typeCodes.gauge],
  ['histogram', typeCodes.histogram],
  ['summary', typeCodes.summary],
  ['untyped', typeCodes.unknown],
]);

/** The words that a TYPE line of OpenMetrics may hold. */
export const openMetricsTypes: ReadonlyMap<string, number> = new Map(Object.entries(typeCodes));

export const longestTypeName = 'gaugehistogram'.length;
