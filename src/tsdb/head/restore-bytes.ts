import type { SeriesRef } from '../../storage/index.js';
import type { ClosedChunk } from './contracts.js';
import { chunkFlag, hot, noRow, rowFlag } from './layout.js';
import { settleRow } from './replay.js';
import type { HeadState } from './state.js';

/** Encodings of histograms, but for XOR2's number among them. */
const firstHistogramEncoding = 2;
const xor2Encoding = 4;

/** Puts a chunk that is in memory alone into its series; false when there is none. */
export function restoreChunkBytes(state: HeadState, restored: ClosedChunk, bytes: Uint8Array): boolean {
  const { writer, foreign } = state;
  const row = writer.rowOf(restored.ref);
  if (row === noRow) return false;
  settleRow(state, row);
  const { mintMs, maxtMs, encoding, samples, isOutOfOrder } = restored;
  const flags = isOutOfOrder ? chunkFlag.late : 0;
  const at = foreign.copies.add(row, bytes, { mintMs, maxtMs, encoding, samples, flags, commit: 0 });
  if (at === 0) {
    writer.refusedSamples += samples;
    return true;
  }
  writer.noteTimes(mintMs, maxtMs);
  if (isOutOfOrder || maxtMs <= writer.lastMsOf(row)) return true;
  const isHistogram = encoding >= firstHistogramEncoding && encoding !== xor2Encoding;
  writer.changeRow(row, () => {
    const { views } = writer;
    const hotAt = views.hotRow(row);
    views.setDouble(hotAt + hot.lastMs, maxtMs);
    if (isHistogram) views.bytes[hotAt + hot.encoding] = encoding;
  });
  writer.setFlags(row, isHistogram ? rowFlag.histogram : 0, isHistogram ? 0 : rowFlag.histogram);
  return true;
}

export function newestMs(state: HeadState, ref: SeriesRef): number {
  const { writer } = state;
  const row = writer.rowOf(ref);
  if (row === noRow) return Number.NEGATIVE_INFINITY;
  settleRow(state, row);
  return writer.lastMsOf(row);
}
