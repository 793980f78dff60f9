import type { Histogram } from '../../model/index.js';
import { floatKind, type HistogramColumn, histogramKind, type SeriesColumns } from '../../storage/index.js';
import type { StepGrid } from '../planner/index.js';
import { absent, histogram, type Row } from './rows.js';

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

/** A row's samples as a series' columns, in arrays of their own. */
export function columnsOfRow(row: Row, grid: StepGrid): SeriesColumns {
  const { present, values, offset } = row;
  let length = 0;
  for (let i = 0; i < grid.steps; i++) if (present[offset + i] !== absent) length++;
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
