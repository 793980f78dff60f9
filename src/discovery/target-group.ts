import type { Labels } from '../model/index.js';

/** Targets that come and go together. `source` is unique within what a provider gives; empty targets remove the group. */
export interface TargetGroup {
  readonly source: string;
  /** Each holds at least `__address__`. */
  readonly targets: readonly Labels[];
  /** Common to all targets; a target's own label of the same name wins. */
  readonly labels: Labels;
}
