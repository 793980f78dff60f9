import type { EscapingScheme } from '../../model/index.js';
import type { MetricFamily, MetricPoint } from '../../telemetry/index.js';
import { escapeLabelPairs } from './escape-labels.js';
import { writeSeries } from './write-series.js';

/** How a format writes its numbers. */
export interface NumberStyle {
  readonly value: (value: number) => string;
  readonly bound: (value: number) => string;
  readonly count: (value: number) => string;
  readonly timestamp: (milliseconds: number) => string;
}

/** The samples of a family, a line each; `name` is escaped already. Source: expfmt/text_create.go, openmetrics_create.go. */
export function writeSamples(options: {
  readonly family: MetricFamily;
  readonly name: string;
  readonly style: NumberStyle;
  readonly escaping: EscapingScheme;
}): string {
  const { family, name, style, escaping } = options;
  let lines = '';
  for (const point of family.metrics) {
    const labels = escapeLabelPairs(point.labels, escaping);
    const end = point.timestampMs === undefined ? '\n' : ` ${style.timestamp(point.timestampMs)}\n`;
    switch (family.type) {
      case 'summary':
        lines += writeSummary({ name, point, labels, style, end });
        break;
      case 'histogram':
        lines += writeHistogram({ name, point, labels, style, end });
        break;
      default:
        lines += `${writeSeries(name, labels)} ${style.value(point.value)}${end}`;
    }
  }
  return lines;
}

interface Distribution {
  readonly name: string;
  readonly point: MetricPoint;
  readonly labels: readonly string[];
  readonly style: NumberStyle;
  readonly end: string;
}

function writeSummary({ name, point, labels, style, end }: Distribution): string {
  let lines = '';
  for (const [quantile, value] of point.quantiles ?? []) {
    const series = writeSeries(name, labels, { name: 'quantile', text: style.bound(quantile) });
    lines += `${series} ${style.value(value)}${end}`;
  }
  lines += `${writeSeries(`${name}_sum`, labels)} ${style.value(point.sum ?? 0)}${end}`;
  return `${lines}${writeSeries(`${name}_count`, labels)} ${style.count(point.count ?? 0)}${end}`;
}

/** The bucket up to infinity holds all observations and is written even where the point leaves it out. */
function writeHistogram({ name, point, labels, style, end }: Distribution): string {
  const buckets = point.buckets ?? [];
  const count = point.count ?? 0;
  const hasLast = buckets.some(([upperBound]) => upperBound === Number.POSITIVE_INFINITY);
  let lines = '';
  for (const [upperBound, cumulativeCount] of hasLast
    ? buckets
    : [...buckets, [Number.POSITIVE_INFINITY, count] as const]) {
    const series = writeSeries(`${name}_bucket`, labels, { name: 'le', text: style.bound(upperBound) });
    lines += `${series} ${style.count(cumulativeCount)}${end}`;
  }
  lines += `${writeSeries(`${name}_sum`, labels)} ${style.value(point.sum ?? 0)}${end}`;
  return `${lines}${writeSeries(`${name}_count`, labels)} ${style.count(count)}${end}`;
}
