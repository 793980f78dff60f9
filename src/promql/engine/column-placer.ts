import type { ColumnsPlace, KernelScope } from '../../kernels/index.js';
import type { SeriesColumns } from '../../storage/index.js';

/** Sees to it that a series' floats stand in the query's memory; its scratch columns serve one series after another. */
export class ColumnPlacer {
  readonly #scope: KernelScope;
  #capacity = 0;
  #timestamps = 0;
  #values = 0;

  constructor(scope: KernelScope) {
    this.#scope = scope;
  }

  /** The columns as they are, which are all floats. Valid as long as they are, and until the next call. */
  whole(columns: SeriesColumns): ColumnsPlace {
    const { place, length } = columns;
    if (place !== undefined) return { timestamps: place.timestamps, values: place.values, length };
    return this.copy(columns.timestamps, columns.values, length);
  }

  /** Without stale markers. */
  floats(columns: SeriesColumns): ColumnsPlace {
    const whole = this.whole(columns);
    const { exports } = this.#scope.kernels;
    const stale = exports.staleCount(whole.values, whole.length);
    if (stale === 0) return whole;
    // The source's own columns stay as they are.
    this.#reserve(whole.length);
    const { timestamps, values, length } = whole;
    const kept = exports.dropStale(timestamps, values, length, this.#timestamps, this.#values);
    return { timestamps: this.#timestamps, values: this.#values, length: kept };
  }

  copy(timestamps: Float64Array, values: Float64Array, length: number): ColumnsPlace {
    this.#reserve(length);
    const { doubles } = this.#scope.kernels;
    doubles.set(timestamps.subarray(0, length), this.#timestamps >>> 3);
    doubles.set(values.subarray(0, length), this.#values >>> 3);
    return { timestamps: this.#timestamps, values: this.#values, length };
  }

  #reserve(length: number): void {
    if (length <= this.#capacity) return;
    if (this.#capacity > 0) {
      this.#scope.free(this.#timestamps);
      this.#scope.free(this.#values);
    }
    this.#capacity = 0;
    const capacity = Math.max(256, Math.ceil(1.25 * length));
    this.#timestamps = this.#scope.alloc(8 * capacity);
    this.#values = this.#scope.alloc(8 * capacity);
    this.#capacity = capacity;
  }
}
