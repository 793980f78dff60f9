import type { KernelScope, Kernels } from '../../kernels/index.js';
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
  /** Views of the memory of kernels; they and the addresses are good until the query ends. */
  values: Float64Array;
  present: Uint8Array;
  offset: number;
  /** Addresses of step 0's value and presence. */
  valuesAt: number;
  presentAt: number;
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

const firstPageValues = 512;
const mostPageValues = 65_536;

/**
 * Makes rows of one length out of pages of the query's memory, so that an instant query's rows are not an allocation
 * each. Throws `KernelMemoryError`.
 */
export class RowMaker {
  readonly steps: number;
  readonly #scope: KernelScope;
  #values: Float64Array = new Float64Array(0);
  #present: Uint8Array = new Uint8Array(0);
  #valuesAt = 0;
  #presentAt = 0;
  #used = 0;
  #nextPage = firstPageValues;

  constructor(steps: number, scope: KernelScope) {
    this.steps = steps;
    this.#scope = scope;
  }

  /** A row whose steps are all absent. */
  make(labels: LabelIds, dropName: boolean): Row {
    if (this.#used + this.steps > this.#values.length) this.#turnPage();
    const offset = this.#used;
    this.#used += this.steps;
    return {
      labels,
      dropName,
      values: this.#values,
      present: this.#present,
      offset,
      valuesAt: this.#valuesAt + 8 * offset,
      presentAt: this.#presentAt + offset,
      histograms: undefined,
    };
  }

  #turnPage(): void {
    const { steps } = this;
    const length = steps * Math.max(1, Math.floor(this.#nextPage / Math.max(steps, 1)));
    this.#nextPage = Math.min(mostPageValues, 2 * this.#nextPage);
    this.#valuesAt = this.#scope.alloc(8 * length);
    this.#presentAt = this.#scope.alloc(length);
    const { buffer } = this.#scope.kernels.memory;
    this.#values = new Float64Array(buffer, this.#valuesAt, length);
    this.#present = new Uint8Array(buffer, this.#presentAt, length).fill(absent);
    this.#used = 0;
  }
}

/** How many samples the row holds. */
export function countPresent({ exports }: Kernels, { presentAt }: Row, steps: number): number {
  return exports.rowCount(presentAt, steps);
}

function isEmpty({ present, offset }: Row, steps: number): boolean {
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

/** Writes a step's sample, of whichever kind. */
export function putSample(row: Row, step: number, sample: number | Histogram): void {
  const at = row.offset + step;
  if (typeof sample === 'number') {
    row.present[at] = float;
    row.values[at] = sample;
    return;
  }
  row.present[at] = histogram;
  row.histograms ??= [];
  row.histograms[step] = sample;
}
