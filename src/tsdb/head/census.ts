import type { Steps } from '../../base/index.js';
import type { HeadCensus } from './contracts.js';
import type { HeadState } from './state.js';

/** Rows of one step: a millisecond or two. */
const rowsInStep = 65_536;

/** Counts chunks and series. */
export function* census(state: HeadState): Steps<HeadCensus> {
  const { exports, rowLimit } = state.writer;
  let row = 0;
  do {
    if (row > 0) yield;
    const to = Math.min(rowLimit, row + rowsInStep);
    exports.headCensus(row, to);
    row = to;
  } while (row < rowLimit);
  const { stale, buckets } = state.foreign.census();
  return {
    chunks: exports.headCensusChunks() >>> 0,
    staleSeries: (exports.headCensusStale() >>> 0) + stale,
    histogramSeries: exports.headCensusHistograms() >>> 0,
    histogramBuckets: buckets,
  };
}
