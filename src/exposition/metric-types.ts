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

/** The code of the word in a range of bytes, or undefined for any other. */
export function metricTypeOf(
  words: ReadonlyMap<string, number>,
  bytes: Uint8Array,
  start: number,
  end: number,
): number | undefined {
  for (const [word, code] of words) {
    if (word.length !== end - start) continue;
    let at = 0;
    while (at < word.length && word.charCodeAt(at) === bytes[start + at]) at++;
    if (at === word.length) return code;
  }
  return undefined;
}
