import type { KernelScope } from '../../../src/kernels/index.js';
import type { Histogram } from '../../../src/model/index.js';
import { readChunk, type SeriesColumns, SeriesRows, type TimeWindow } from '../../../src/storage/index.js';
import type { ColumnWriter } from '../../../src/tsdb/select/index.js';

/** A column writer that decodes by the plain code, one row at a time. */
export class RowsWriter implements ColumnWriter {
  readonly scope: KernelScope;
  readonly mintMs: number;
  readonly maxtMs: number;
  #rows = new SeriesRows();

  constructor(scope: KernelScope, { mintMs, maxtMs }: TimeWindow) {
    this.scope = scope;
    this.mintMs = mintMs;
    this.maxtMs = maxtMs;
  }

  reset(): void {
    this.#rows = new SeriesRows();
  }

  appendChunk(encoding: number, at: number, length: number): number {
    const bytes = this.scope.kernels.bytes.slice(at, at + length);
    let rows: SeriesRows;
    try {
      rows = readChunk({ encoding, bytes });
    } catch {
      return -1;
    }
    const { timestamps } = rows.columns(0, rows.length);
    for (let row = 0; row < rows.length; row++) {
      const timeMs = timestamps[row] as number;
      const isLater = this.#rows.length === 0 || timeMs > this.#rows.lastTimestamp;
      if (isLater && timeMs >= this.mintMs && timeMs <= this.maxtMs)
        this.#rows.appendRows(rows, row, row + 1);
    }
    return 0;
  }

  appendFloat(timestampMs: number, low: number, high: number): void {
    this.#rows.appendFloat(timestampMs, low, high, 0);
  }

  appendHistogram(timestampMs: number, histogram: Histogram): void {
    this.#rows.appendHistogram(timestampMs, histogram, 0);
  }

  get columns(): SeriesColumns {
    return this.#rows.columns(0, this.#rows.length);
  }

  close(): void {}
}
