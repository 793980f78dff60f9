import type { Labels } from './labels.js';

export interface Exemplar {
  readonly labels: Labels;
  readonly value: number;
  readonly timestampMs: number;
  /** False when the target gave no timestamp and `timestampMs` is the scrape's. */
  readonly hasTimestamp: boolean;
}
