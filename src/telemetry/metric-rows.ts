import { assert, compareUtf8 } from '../base/index.js';

const minimumRows = 4;

/**
 * The rows of one family: one a combination of label values, `width` doubles each, in one typed array. Row
 * numbers never change; rows are never removed.
 */
export class MetricRows {
  readonly labelNames: readonly string[];
  readonly width: number;
  #cells: Float64Array;
  readonly #rows = new Map<string, number>();
  readonly #labelValues: (readonly string[])[] = [];

  constructor(labelNames: readonly string[], width: number) {
    this.labelNames = labelNames;
    this.width = width;
    this.#cells = new Float64Array(width * (labelNames.length === 0 ? 1 : minimumRows));
    if (labelNames.length === 0) this.#labelValues.push([]);
  }

  get count(): number {
    return this.#labelValues.length;
  }

  /** Valid until the next call of `row`, which may move them. */
  get cells(): Float64Array {
    return this.#cells;
  }

  /** The row of these label values, made when it is not there. */
  row(labelValues: readonly string[]): number {
    const count = this.labelNames.length;
    assert(labelValues.length === count, `${labelValues.length} label values given, ${count} needed`);
    if (count === 0) return 0;
    const key =
      count === 1 ? (labelValues[0] as string) : labelValues.map((v) => `${v.length}:${v}`).join('');
    return this.#rows.get(key) ?? this.#add(key, labelValues);
  }

  /** Name, value, name, value… in name order. */
  labelsOf(row: number): string[] {
    return labelPairs(this.labelNames, this.#labelValues[row] ?? []);
  }

  #add(key: string, labelValues: readonly string[]): number {
    const row = this.#labelValues.length;
    if ((row + 1) * this.width > this.#cells.length) {
      const grown = new Float64Array(this.#cells.length * 2);
      grown.set(this.#cells);
      this.#cells = grown;
    }
    this.#rows.set(key, row);
    this.#labelValues.push([...labelValues]);
    return row;
  }
}

/** Pairs in name order from names and values in the order of registration. */
export function labelPairs(names: readonly string[], values: readonly string[]): string[] {
  const order = names.map((_, i) => i).sort((a, b) => compareUtf8(names[a] as string, names[b] as string));
  return order.flatMap((i) => [names[i] as string, values[i] ?? '']);
}
