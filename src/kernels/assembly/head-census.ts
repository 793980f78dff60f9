/** Counts over rows, for metrics. */
import { isStale } from './head-append';
import { coldRow, flagDead, flagHistogram, hotRow } from './head-state';

let chunks: u32 = 0;
let staleFloats: u32 = 0;
let histograms: u32 = 0;

/** Counts rows `from` to `to`, beginning anew where `from` is 0. */
export function headCensus(from: u32, to: u32): void {
  if (from == 0) {
    chunks = 0;
    staleFloats = 0;
    histograms = 0;
  }
  for (let row = from; row < to; row++) {
    const hot = hotRow(row);
    const flags: u32 = load<u8>(hot, 15);
    const cold = coldRow(row);
    if (load<f64>(cold) == 0 || (flags & flagDead) != 0) continue;
    chunks += load<u16>(cold, 20) + u32(load<u32>(hot, 4) != 0);
    if ((flags & flagHistogram) != 0) histograms++;
    else if (isStale(load<u64>(hot, 32))) staleFloats++;
  }
}

/** What was counted so far: chunks, series that ended, series whose newest sample is a histogram. */
export function headCensusChunks(): u32 {
  return chunks;
}

export function headCensusStale(): u32 {
  return staleFloats;
}

export function headCensusHistograms(): u32 {
  return histograms;
}
