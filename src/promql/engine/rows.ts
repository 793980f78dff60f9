import type { Histogram } from '../../model/index.js';
import type { LabelIds } from '../../storage/index.js';

/** What stands at a step of a row. */
export const absent = 0;
export const float = 1;
export const histogram = 2;

/**
 * One series of a node's result: step i's value is `values[offset + i]` where `present[offset + i]` is `float`, and
 * `histograms[i]` where it is `histogram`. A node's rows belong to its one consumer, which may change them in place.
 */
export interface Row {
  labels: LabelIds;
  /** The metric name goes away at the query's end (delayed name removal). */
  dropName: boolean;
  values: Float64Array;
  present: Uint8Array;
  offset: number;
  /** Indexed by step; undefined when no step holds a histogram. */
  histograms: (Histogram | undefined)[] | undefined;
}

export interface ScalarResult {
  readonly kind: 'scalar';
  readonly values: Float64Array;
}

export interface StringResult {
  readonly kind: 'string';
  readonly value: string;
}

export interface VectorResult {
  readonly kind: 'vector';
  readonly rows: Row[];
}

export type NodeResult = ScalarResult | StringResult | VectorResult;

const pageValues = 4096;

/** Makes rows of one length out of shared pages, so that an instant query's rows are not an allocation each. */
export class RowMaker {
  readonly steps: number;
  #values = new Float64Array(0);
  #present = new Uint8Array(0);
  #used = 0;

  constructor(steps: number) {
    this.steps = steps;
  }

  /** A row whose steps are all absent. */
  make(labels: LabelIds, dropName: boolean): Row {
    if (this.#used + this.steps > this.#values.length) {
      const rowsInPage = Math.max(1, Math.floor(pageValues / Math.max(this.steps, 1)));
      this.#values = new Float64Array(rowsInPage * this.steps);
      this.#present = new Uint8Array(rowsInPage * this.steps);
      this.#used = 0;
    }
    const offset = this.#used;
    this.#used += this.steps;
    return {
      labels,
      dropName,
      values: this.#values,
      present: this.#present,
      offset,
      histograms: undefined,
    };
  }
}

/** How many samples the row holds. */
export function countPresent({ present, offset }: Row, steps: number): number {
  let count = 0;
  for (let i = offset; i < offset + steps; i++) if (present[i] !== absent) count++;
  return count;
}

export function isEmpty({ present, offset }: Row, steps: number): boolean {
  for (let i = offset; i < offset + steps; i++) if (present[i] !== absent) return false;
  return true;
}

export function withoutEmpty(rows: Row[], steps: number): Row[] {
  return rows.filter((row) => !isEmpty(row, steps));
}

/** Drops histogram samples. */
export function keepFloats(row: Row, steps: number): Row {
  if (row.histograms === undefined) return row;
  for (let i = row.offset; i < row.offset + steps; i++) {
    if (row.present[i] === histogram) row.present[i] = absent;
  }
  row.histograms = undefined;
  return row;
}
