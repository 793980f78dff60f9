import type { Histogram, Labels } from '../../model/index.js';

/**
 * One place in a described series. A stale marker has a kind of its own, since NaN payloads die in variables.
 */
export type SeriesValue =
  | { readonly kind: 'float'; readonly value: number }
  | { readonly kind: 'stale' }
  | { readonly kind: 'omitted' }
  | {
      readonly kind: 'histogram';
      readonly histogram: Histogram;
      /** `counter_reset_hint:` was written: tests then compare the hint too. */
      readonly counterResetHintSet: boolean;
    };

export interface SeriesDescription {
  readonly labels: Labels;
  readonly values: readonly SeriesValue[];
}

/** The sum or difference of two histograms, or the text of why there is none. */
export type CombineHistograms = (
  op: 'add' | 'subtract',
  base: Histogram,
  step: Histogram,
) => Histogram | string;

export interface SeriesOptions {
  /** For `{{…}}+{{…}}x3`; without it such a repetition is a problem. */
  readonly combineHistograms?: CombineHistograms;
  readonly maxLengthBytes?: number;
}
