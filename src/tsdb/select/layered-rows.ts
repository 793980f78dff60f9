import { mergeColumns, type SeriesColumns, SeriesRows } from '../../storage/index.js';

/**
 * Samples of any kind in any order: layers in rising time, an earlier layer's sample before a later one's of the same
 * time. Layers that are not much longer than the next are merged as they come, so that there are never many.
 */
export class LayeredRows {
  readonly #layers: SeriesRows[] = [];

  /** Where a sample of that time goes. */
  rowsFor(timestampMs: number): SeriesRows {
    const last = this.#layers.at(-1);
    return last !== undefined && timestampMs > last.lastTimestamp ? last : this.open();
  }

  open(): SeriesRows {
    const layers = this.#layers;
    for (;;) {
      const last = layers.at(-1);
      const before = layers.at(-2);
      if (last === undefined || before === undefined || before.length > 2 * last.length) break;
      const merged = mergeColumns([before.columns(0, before.length), last.columns(0, last.length)]);
      const rows = new SeriesRows();
      rows.appendColumns(merged, 0, merged.length);
      layers.splice(-2, 2, rows);
    }
    const rows = new SeriesRows();
    layers.push(rows);
    return rows;
  }

  /** Rows in rising time. */
  appendColumns(columns: SeriesColumns): void {
    if (columns.length === 0) return;
    this.rowsFor(columns.timestamps[0] as number).appendColumns(columns, 0, columns.length);
  }

  columns(): SeriesColumns {
    return mergeColumns(this.#layers.map((rows) => rows.columns(0, rows.length)));
  }
}
