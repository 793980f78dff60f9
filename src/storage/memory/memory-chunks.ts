import type { ChunkBytes, ChunkSeriesSet } from '../contracts.js';
import { cutChunks } from '../cut-chunks.js';
import type { LabelIds } from '../symbols.js';
import type { MemorySeries } from './memory-series.js';
import type { SeriesWalk } from './series-walk.js';

/** Chunks are encoded when their series comes; all of a series' rows are cut the same way whatever the window is. */
export class MemoryChunkSeriesSet implements ChunkSeriesSet {
  readonly warnings: readonly string[] = [];
  labels: LabelIds = new Uint32Array(0);
  chunks: readonly ChunkBytes[] = [];
  readonly #walk: SeriesWalk;
  #at = 0;
  #yielded = 0;

  constructor(walk: SeriesWalk) {
    this.#walk = walk;
  }

  /** Series without a chunk that overlaps the window are passed over. */
  next(): boolean {
    const { series: list, snapshot, window, symbols, limit } = this.#walk;
    if (limit > 0 && this.#yielded >= limit) return false;
    while (this.#at < list.length) {
      const series = list[this.#at++] as MemorySeries;
      const { rows, length } = series.visibleAt(snapshot);
      const chunks = cutChunks(rows.columns(0, length)).filter(
        (chunk) => chunk.maxtMs >= window.mintMs && chunk.mintMs <= window.maxtMs,
      );
      if (chunks.length === 0) continue;
      this.labels = symbols.internLabels(series.labels);
      this.chunks = chunks;
      this.#yielded++;
      return true;
    }
    return false;
  }

  close(): void {
    this.#at = this.#walk.series.length;
  }
}
