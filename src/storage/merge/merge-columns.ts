import type { Histogram } from '../../model/index.js';
import { histogramKind, type SeriesColumns } from '../columns.js';
import { SeriesRows } from '../series-rows.js';

/**
 * Columns of one series from several sources as one; of equal times the sample of the source named first stays. A
 * counter histogram that follows on a sample of another source is no longer known to continue it, so its hint becomes
 * `unknown` (storage/merge.go, chainSampleIterator).
 */
export function mergeColumns(sources: readonly SeriesColumns[]): SeriesColumns {
  const filled = sources.filter((source) => source.length > 0);
  const [only] = filled;
  if (only === undefined || filled.length === 1) return only ?? new SeriesRows().columns(0, 0);
  const merged = new SeriesRows();
  const cursors = new Uint32Array(filled.length);
  for (;;) {
    const first = earliest(filled, cursors);
    if (first < 0) return merged.columns(0, merged.length);
    const source = filled[first] as SeriesColumns;
    const from = cursors[first] as number;
    const to = runEnd(filled, cursors, first);
    appendRun(merged, source, from, to);
    cursors[first] = to;
    skipUpTo(filled, cursors, merged.lastTimestamp);
  }
}

function timeAt(source: SeriesColumns, row: number): number {
  return row < source.length ? (source.timestamps[row] as number) : Number.POSITIVE_INFINITY;
}

/** The source whose next row comes first, the one named first among equals; -1 at the end. */
function earliest(sources: readonly SeriesColumns[], cursors: Uint32Array): number {
  let best = -1;
  let bestMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < sources.length; i++) {
    const timestampMs = timeAt(sources[i] as SeriesColumns, cursors[i] as number);
    if (timestampMs < bestMs) {
      best = i;
      bestMs = timestampMs;
    }
  }
  return best;
}

/** Where the rows of source `chosen` end that come before the next row of every other source. */
function runEnd(sources: readonly SeriesColumns[], cursors: Uint32Array, chosen: number): number {
  let limitMs = Number.POSITIVE_INFINITY;
  for (let i = 0; i < sources.length; i++) {
    if (i !== chosen) limitMs = Math.min(limitMs, timeAt(sources[i] as SeriesColumns, cursors[i] as number));
  }
  const source = sources[chosen] as SeriesColumns;
  let low = (cursors[chosen] as number) + 1;
  let high = source.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((source.timestamps[middle] as number) < limitMs) low = middle + 1;
    else high = middle;
  }
  return low;
}

function appendRun(merged: SeriesRows, source: SeriesColumns, from: number, to: number): void {
  const histogram = source.kinds?.[from] === histogramKind ? source.histograms?.at(from) : undefined;
  if (histogram === undefined || histogram.counterResetHint === 'gauge') {
    merged.appendColumns(source, from, to);
    return;
  }
  const unsure: Histogram = { ...histogram, counterResetHint: 'unknown' };
  merged.appendHistogram(source.timestamps[from] as number, unsure, source.startTimestamps?.[from] ?? 0);
  merged.appendColumns(source, from + 1, to);
}

function skipUpTo(sources: readonly SeriesColumns[], cursors: Uint32Array, timestampMs: number): void {
  for (let i = 0; i < sources.length; i++)
    while (timeAt(sources[i] as SeriesColumns, cursors[i] as number) <= timestampMs)
      cursors[i] = (cursors[i] as number) + 1;
}
