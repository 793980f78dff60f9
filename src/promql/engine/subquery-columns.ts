import type { Histogram } from '../../model/index.js';
import { floatKind, type HistogramColumn, histogramKind, type SeriesColumns } from '../../storage/index.js';
import type { StepGrid } from '../planner/index.js';
import type { Evaluation } from './evaluation.js';
import { absent, countPresent, histogram, type Row } from './rows.js';

/** Histograms by row number. */
export class HistogramList implements HistogramColumn {
  readonly #histograms: readonly (Histogram | undefined)[];

  constructor(histograms: readonly (Histogram | undefined)[]) {
    this.#histograms = histograms;
  }

  at(row: number): Histogram {
    return this.#histograms[row] as Histogram;
  }

  countAt(row: number): number {
    return this.at(row).count;
  }

  sumAt(row: number): number {
    return this.at(row).sum;
  }
}

/** Steps `first` to `end` (excluded) are all there and no others are. */
interface Span {
  readonly first: number;
  readonly end: number;
}

/** The span of a row of floats without holes; undefined for any other row. */
function spanOf({ present, offset, histograms }: Row, length: number, steps: number): Span | undefined {
  if (histograms !== undefined || length === 0) return undefined;
  let first = 0;
  while (first < steps && present[offset + first] === absent) first++;
  const end = first + length;
  if (end > steps) return undefined;
  for (let i = end; i < steps; i++) if (present[offset + i] !== absent) return undefined;
  return { first, end };
}

/** A row without holes as it stands; others in arrays of their own. */
export function borrowedColumns(evaluation: Evaluation, row: Row, grid: StepGrid): SeriesColumns {
  const { kernels, gridTimes, scope } = evaluation;
  const length = countPresent(kernels, row, grid.steps);
  const span = spanOf(row, length, grid.steps);
  if (span === undefined) return columnsOfRow(evaluation, row, grid);
  const { first } = span;
  const place = {
    timestamps: gridTimes.placeOf(grid, scope) + 8 * first,
    values: row.valuesAt + 8 * first,
  };
  const { buffer } = kernels.memory;
  return {
    length,
    timestamps: new Float64Array(buffer, place.timestamps, length),
    values: new Float64Array(buffer, place.values, length),
    place,
  };
}

/** A row's samples as a series' columns, outside of the query's memory; rows of a grid may share their timestamps. */
export function columnsOfRow(evaluation: Evaluation, row: Row, grid: StepGrid): SeriesColumns {
  const { kernels, gridTimes } = evaluation;
  const { present, values, offset } = row;
  const length = countPresent(kernels, row, grid.steps);
  const span = spanOf(row, length, grid.steps);
  if (span !== undefined) {
    const { first, end } = span;
    const timestamps = gridTimes.of(grid).subarray(first, end);
    return { length, timestamps, values: values.slice(offset + first, offset + end) };
  }
  const timestamps = new Float64Array(length);
  const kept = new Float64Array(length);
  const steps = new Uint32Array(length);
  let at = 0;
  for (let i = 0; i < grid.steps; i++) {
    if (present[offset + i] === absent) continue;
    timestamps[at] = grid.startMs + i * grid.stepMs;
    kept[at] = values[offset + i] as number;
    steps[at++] = i;
  }
  if (row.histograms === undefined) return { length, timestamps, values: kept };
  const kinds = Uint8Array.from(steps, (i) =>
    present[offset + i] === histogram ? histogramKind : floatKind,
  );
  const histograms = new HistogramList(Array.from(steps, (i) => row.histograms?.[i]));
  return { length, timestamps, values: kept, kinds, histograms };
}
