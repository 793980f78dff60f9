import type { Histogram } from '../../model/index.js';
import { HistogramSum } from './histogram-sum.js';

/** For repetitions in described series: the sum or difference, or the text of why there is none. */
export function combineHistograms(
  op: 'add' | 'subtract',
  base: Histogram,
  step: Histogram,
): Histogram | string {
  const sum = HistogramSum.of(base);
  const { isIncompatible } = sum.add(step, { sign: op === 'add' ? 1 : -1 });
  return isIncompatible
    ? 'cannot apply this operation on histograms with a mix of exponential and custom bucket schemas'
    : sum.histogram();
}
