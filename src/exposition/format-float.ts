import { formatFloatShortest } from '../base/index.js';

/** A float as the text format writes it: shortest, with an exponent from 1e+06 on. Source: expfmt writeFloat. */
export function formatTextFloat(value: number): string {
  return value === 0 ? '0' : formatFloatShortest(value);
}

/** A float as OpenMetrics wants it: never without a point or an exponent. Source: labels.FormatOpenMetricsFloat. */
export function formatOpenMetricsFloat(value: number): string {
  if (value === 0) return '0.0';
  const text = formatFloatShortest(value);
  return Number.isFinite(value) && !/[e.]/.test(text) ? `${text}.0` : text;
}
