import { type EscapingScheme, escapeName, isLegacyMetricName, metricNameLabel } from '../../model/index.js';

/** A sound name stays as it is, even where the scheme alone would change it. Source: model.EscapeMetricFamily. */
export function escapeFamilyName(name: string, scheme: EscapingScheme): string {
  return isLegacyMetricName(name) ? name : escapeName(name, scheme);
}

/** Label pairs with their names escaped, and the metric name if it stands among them. */
export function escapeLabelPairs(pairs: readonly string[], scheme: EscapingScheme): readonly string[] {
  if (scheme === 'allow-utf-8') return pairs;
  return pairs.map((text, i) => {
    if (i % 2 === 0) return escapeFamilyName(text, scheme);
    return pairs[i - 1] === metricNameLabel ? escapeFamilyName(text, scheme) : text;
  });
}
