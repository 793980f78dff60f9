import type { SeriesRef } from '../contracts.js';
import type { MemoryHead } from './memory-head.js';

/**
 * Drops samples before `mintMs`, and series that then have none; these stay, empty, while an appender or a querier is
 * open that may know them. Answers the refs of series that are gone.
 */
export function truncateBefore(head: MemoryHead, mintMs: number): SeriesRef[] {
  const commit = ++head.commit;
  const gone: SeriesRef[] = [];
  const mayRemove = head.openAppenders === 0 && head.newestSnapshot < 0;
  let earliestMs = Number.POSITIVE_INFINITY;
  for (const series of head.allSeries) {
    const firstMs = series.rows.length > 0 ? (series.rows.timestamps[0] as number) : Number.POSITIVE_INFINITY;
    if (firstMs < mintMs) {
      series.beginCommit(commit, head.newestSnapshot);
      series.dropBefore(mintMs);
    }
    if (series.rows.length > 0) earliestMs = Math.min(earliestMs, series.rows.timestamps[0] as number);
    else if (mayRemove) gone.push(series.ref);
  }
  for (const ref of gone) head.removeSeries(ref);
  head.mintMs = earliestMs;
  return gone;
}
