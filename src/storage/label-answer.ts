import { compareUtf8 } from '../base/index.js';
import type { LabelAnswer } from './contracts.js';

/** Values in order, none twice, at most `limit` of them (0 for all); warnings none twice. */
export function labelAnswer(
  values: Iterable<string>,
  { limit = 0, warnings = [] }: { readonly limit?: number; readonly warnings?: readonly string[] } = {},
): LabelAnswer {
  const sorted = [...new Set(values)].sort(compareUtf8);
  return { values: limit > 0 ? sorted.slice(0, limit) : sorted, warnings: [...new Set(warnings)] };
}
