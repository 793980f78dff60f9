import { metricNameLabel } from '../../model/index.js';
import type { Expr } from '../ast/index.js';

/**
 * The labels that a selector fixes, for the answer of absent() and absent_over_time(): name, value, name, value…
 * A label named twice is left out, even with one value. Source: promql/functions.go, createLabelsForAbsentFunction.
 */
export function absentLabelsOf(arg: Expr | undefined): readonly string[] {
  const selector = arg?.kind === 'matrix-selector' ? arg.selector : arg;
  if (selector?.kind !== 'vector-selector') return [];
  const labels = new Map<string, string>();
  const seen = new Set<string>();
  for (const { name, type, value } of selector.matchers) {
    if (name === metricNameLabel) continue;
    if (type === '=' && !seen.has(name)) {
      labels.set(name, value);
      seen.add(name);
    } else {
      labels.delete(name);
    }
  }
  return [...labels].flat();
}
