import { staleSample } from '../../chunkenc/index.js';
import { isStaleAt, wordsOf } from '../../model/index.js';
import type { FloatBatch, HistogramSample } from '../contracts.js';
import type { SeriesRows } from '../series-rows.js';
import type { MemoryHead } from './memory-head.js';
import type { MemorySeries } from './memory-series.js';

/** Puts logged rows into their series as one commit, without the checks of an appender. Returns rows without a series. */
export function replayFloats(head: MemoryHead, batch: FloatBatch): number {
  const words = wordsOf(batch.values);
  const commit = ++head.commit;
  const late = new Map<MemorySeries, SeriesRows>();
  let unknown = 0;
  for (let row = 0; row < batch.length; row++) {
    const series = head.seriesOf(batch.refs[row] as number);
    if (series === undefined) {
      unknown++;
      continue;
    }
    const timestampMs = batch.timestamps[row] as number;
    const startTimestampMs = batch.startTimestamps?.[row] ?? 0;
    const target = rowsFor({ head, series, timestampMs, commit, late });
    const last = series.rows.length - 1;
    if (series.rows.isHistogram(last) && isStaleAt(words, row))
      target.appendHistogram(
        timestampMs,
        staleSample(series.rows.isIntegerHistogram(last)),
        startTimestampMs,
      );
    else
      target.appendFloat(
        timestampMs,
        words[2 * row] as number,
        words[2 * row + 1] as number,
        startTimestampMs,
      );
  }
  insertAll(head, late);
  return unknown;
}

export function replayHistogram(head: MemoryHead, sample: HistogramSample): boolean {
  const series = head.seriesOf(sample.ref);
  if (series === undefined) return false;
  const late = new Map<MemorySeries, SeriesRows>();
  const { timestampMs } = sample;
  const target = rowsFor({ head, series, timestampMs, commit: ++head.commit, late });
  target.appendHistogram(timestampMs, sample.histogram, sample.startTimestampMs ?? 0);
  insertAll(head, late);
  return true;
}

/** The rows that take a sample of that time: the series' own, or those that wait to be inserted. */
function rowsFor(place: {
  head: MemoryHead;
  series: MemorySeries;
  timestampMs: number;
  commit: number;
  late: Map<MemorySeries, SeriesRows>;
}): SeriesRows {
  const { head, series, timestampMs, commit, late } = place;
  series.beginCommit(commit, head.newestSnapshot);
  head.noteTime(timestampMs);
  if (timestampMs > series.inOrderMaxMs && timestampMs > series.rows.lastTimestamp) {
    series.inOrderMaxMs = timestampMs;
    return series.rows;
  }
  const waiting = late.get(series) ?? series.rows.emptyTwin();
  late.set(series, waiting);
  return waiting;
}

function insertAll(head: MemoryHead, late: ReadonlyMap<MemorySeries, SeriesRows>): void {
  for (const [series, rows] of late) series.insertLate(rows, head.newestSnapshot < 0);
}
