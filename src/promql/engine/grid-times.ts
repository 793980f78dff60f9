import type { KernelScope } from '../../kernels/index.js';
import type { StepGrid } from '../planner/index.js';

/** The times of grids' steps, a column each, for as many rows as ask. */
export class GridTimes {
  readonly #columns = new Map<StepGrid, Float64Array>();
  readonly #places = new Map<StepGrid, number>();

  /** Not to be changed. */
  of(grid: StepGrid): Float64Array {
    const known = this.#columns.get(grid);
    if (known !== undefined) return known;
    const { startMs, stepMs, steps } = grid;
    const times = new Float64Array(steps);
    for (let i = 0; i < steps; i++) times[i] = startMs + i * stepMs;
    this.#columns.set(grid, times);
    return times;
  }

  /** The address of such a column in the query's memory. */
  placeOf(grid: StepGrid, scope: KernelScope): number {
    const known = this.#places.get(grid);
    if (known !== undefined) return known;
    const at = scope.alloc(8 * grid.steps);
    scope.kernels.doubles.set(this.of(grid), at >>> 3);
    this.#places.set(grid, at);
    return at;
  }
}
