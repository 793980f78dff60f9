/** The labels of a scraped series, from the page to the store. Source: scrape.go; texts are upstream's. */
import { quoteGo } from '../base/index.js';
import {
  isLabelName,
  isMetricName,
  type Labels,
  metricNameLabel,
  type NameValidationScheme,
  relabel,
} from '../model/index.js';
import type { ScrapeOptions } from './options.js';
import { withTargetLabels } from './target.js';

/** A label of so many bytes cannot be stored: its length would not fit the three bytes that indexes give it. */
const maxLabelBytes = 2 ** 24;

export type SampleLabels =
  | { readonly kind: 'kept'; readonly labels: Labels }
  | { readonly kind: 'dropped' }
  | { readonly kind: 'invalid'; readonly error: string; readonly overLimit: boolean };

/** Target labels, metric relabelling, then the checks that fail a whole scrape. */
export function sampleLabels(scraped: Labels, target: Labels, options: ScrapeOptions): SampleLabels {
  const builder = withTargetLabels(scraped, target, options.honorLabels);
  const scheme = options.metricNameValidationScheme;
  if (!relabel(builder, options.metricRelabelConfigs, scheme)) return { kind: 'dropped' };
  const labels = builder.labels();
  if (labels.size === 0) return { kind: 'dropped' };
  const error = shapeProblem(labels, scheme);
  if (error !== undefined) return { kind: 'invalid', error, overLimit: false };
  const limit = limitProblem(labels, options);
  if (limit !== undefined) return { kind: 'invalid', error: limit, overLimit: true };
  return { kind: 'kept', labels };
}

function shapeProblem(labels: Labels, scheme: NameValidationScheme): string | undefined {
  if (!labels.has(metricNameLabel)) return `missing metric name (${metricNameLabel} label)`;
  for (const [name, value] of labels) {
    const isValid = name === metricNameLabel ? isMetricName(value, scheme) : isLabelName(name, scheme);
    if (!isValid || !value.isWellFormed()) return `invalid metric name or label names: ${labels}`;
    for (const text of [name, value]) {
      if (text.length * 3 < maxLabelBytes || Buffer.byteLength(text) < maxLabelBytes) continue;
      return `label of ${Buffer.byteLength(text)} bytes in metric ${quoteGo(cut(labels.get(metricNameLabel)))}: at most ${
        maxLabelBytes - 1
      } can be stored`;
    }
  }
  return undefined;
}

const cut = (text: string): string => [...text.slice(0, 100)].slice(0, 50).join('');

function limitProblem(labels: Labels, options: ScrapeOptions): string | undefined {
  const { labelLimit, labelNameLengthLimit, labelValueLengthLimit } = options;
  if (labelLimit === 0 && labelNameLengthLimit === 0 && labelValueLengthLimit === 0) return undefined;
  const metric = cut(labels.get(metricNameLabel));
  if (labelLimit > 0 && labels.size > labelLimit) {
    return `label_limit exceeded (metric: ${metric}, number of labels: ${labels.size}, limit: ${labelLimit})`;
  }
  for (const [name, value] of labels) {
    const about = `(metric: ${metric}, label name: ${cut(name)}`;
    const nameLength = Buffer.byteLength(name);
    if (labelNameLengthLimit > 0 && nameLength > labelNameLengthLimit) {
      return `label_name_length_limit exceeded ${about}, length: ${nameLength}, limit: ${labelNameLengthLimit})`;
    }
    const length = Buffer.byteLength(value);
    if (labelValueLengthLimit > 0 && length > labelValueLengthLimit) {
      const shown = quoteGo(cut(value));
      return `label_value_length_limit exceeded ${about}, value: ${shown}, length: ${length}, limit: ${labelValueLengthLimit})`;
    }
  }
  return undefined;
}
