import type { SeriesColumns } from '../columns.js';
import type { ChunkBytes, ChunkSeriesSet, SeriesSet, TimeWindow } from '../contracts.js';
import { cutChunks } from '../cut-chunks.js';
import { SeriesRows } from '../series-rows.js';
import type { LabelIds, SymbolTable } from '../symbols.js';
import type { MemorySeries } from './memory-series.js';

export interface SeriesWalkOptions {
  readonly series: readonly MemorySeries[];
  readonly snapshot: number;
  readonly window: TimeWindow;
  readonly symbols: SymbolTable;
  /** Series at most, 0 for all. */
  readonly limit: number;
}

/** Series without anything in the window are passed over. */
abstract class SeriesWalk {
  readonly warnings: readonly string[] = [];
  labels: LabelIds = new Uint32Array(0);
  protected readonly options: SeriesWalkOptions;
  #at = 0;
  #yielded = 0;

  constructor(options: SeriesWalkOptions) {
    this.options = options;
  }

  next(): boolean {
    const { series: list, symbols, limit } = this.options;
    if (limit > 0 && this.#yielded >= limit) return false;
    while (this.#at < list.length) {
      const series = list[this.#at++] as MemorySeries;
      if (!this.take(series)) continue;
      this.labels = symbols.internLabels(series.labels);
      this.#yielded++;
      return true;
    }
    return false;
  }

  close(): void {
    this.#at = this.options.series.length;
  }

  /** Stands at what the window has of the series; false when that is nothing. */
  protected abstract take(series: MemorySeries): boolean;
}

export class MemorySeriesSet extends SeriesWalk implements SeriesSet {
  columns: SeriesColumns = new SeriesRows().columns(0, 0);

  protected override take(series: MemorySeries): boolean {
    const { snapshot, window } = this.options;
    const { rows, length } = series.visibleAt(snapshot);
    const from = rows.rowAtOrAfter(window.mintMs, length);
    let to = length;
    if (to > from && (rows.timestamps[to - 1] as number) > window.maxtMs)
      to = rows.rowAfter(window.maxtMs, length);
    if (to <= from) return false;
    this.columns = rows.columns(from, to);
    return true;
  }
}

/** Chunks are encoded when their series comes; all of a series' rows are cut the same way whatever the window is. */
export class MemoryChunkSeriesSet extends SeriesWalk implements ChunkSeriesSet {
  chunks: readonly ChunkBytes[] = [];

  protected override take(series: MemorySeries): boolean {
    const { snapshot, window } = this.options;
    const { rows, length } = series.visibleAt(snapshot);
    const chunks = cutChunks(rows.columns(0, length)).filter(
      (chunk) => chunk.mintMs <= window.maxtMs && chunk.maxtMs >= window.mintMs,
    );
    if (chunks.length === 0) return false;
    this.chunks = chunks;
    return true;
  }
}
