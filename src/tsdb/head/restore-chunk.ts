import type { SeriesRef } from '../../storage/index.js';
import type { ChunkEnd } from '../wal/index.js';
import { closeOpen, pushChunk } from './closed-chunks.js';
import type { ChunkPlace, ClosedChunk, NewestSample } from './contracts.js';
import { chunkFlag, hot, noRow, rowFlag } from './layout.js';
import { settleRow } from './replay.js';
import type { HeadState } from './state.js';

/** Encodings of histograms, but for XOR2's number among them. */
const firstHistogramEncoding = 2;
const xor2Encoding = 4;

/** Puts a chunk that is on disk into its series; false when there is none. */
export function restoreChunk(state: HeadState, restored: ClosedChunk, place: ChunkPlace): boolean {
  const { mintMs, maxtMs, encoding, samples, isOutOfOrder } = restored;
  const flags = chunkFlag.onDisk | (isOutOfOrder ? chunkFlag.late : 0);
  return restoreInto(state, restored, (row) => {
    const record = { row, mintMs, maxtMs, encoding, samples, flags, commit: 0 };
    return pushChunk(state.writer, record, place.segment, place.offset);
  });
}

/** The same for one that is in memory alone. */
export function restoreChunkBytes(state: HeadState, restored: ClosedChunk, bytes: Uint8Array): boolean {
  const { mintMs, maxtMs, encoding, samples, isOutOfOrder } = restored;
  const flags = isOutOfOrder ? chunkFlag.late : 0;
  return restoreInto(state, restored, (row) => {
    const record = { mintMs, maxtMs, encoding, samples, flags, commit: 0 };
    const at = state.foreign.copies.add(row, bytes, record);
    if (at !== 0) state.writer.closed.close(row, at);
    return at !== 0;
  });
}

/** `put` gives the chunk to the row; false where it found no room. */
function restoreInto(state: HeadState, restored: ClosedChunk, put: (row: number) => boolean): boolean {
  const { writer } = state;
  const row = writer.rowOf(restored.ref);
  if (row === noRow) return false;
  settleRow(state, row);
  const { mintMs, maxtMs, encoding, samples, isOutOfOrder } = restored;
  if (!isOutOfOrder) endOpen(state, row);
  if (!put(row)) {
    writer.refusedSamples += samples;
    return true;
  }
  if (isOutOfOrder) writer.noteLateTimes(mintMs, maxtMs);
  else writer.noteTimes(mintMs, maxtMs);
  if (isOutOfOrder || maxtMs <= writer.lastMsOf(row)) return true;
  const isHistogram = encoding >= firstHistogramEncoding && encoding !== xor2Encoding;
  writer.changeRow(row, () => {
    const { views } = writer;
    const at = views.hotRow(row);
    views.setDouble(at + hot.lastMs, maxtMs);
    if (isHistogram) views.bytes[at + hot.encoding] = encoding;
  });
  writer.setFlags(row, isHistogram ? rowFlag.histogram : 0, isHistogram ? 0 : rowFlag.histogram);
  return true;
}

/** The same for the newest chunk of a series, of which `sample` is the last. */
export function restoreNewest(
  state: HeadState,
  restored: ClosedChunk,
  bytes: Uint8Array,
  sample: NewestSample,
): boolean {
  const { writer, foreign } = state;
  const { ref, maxtMs } = restored;
  if (!restoreChunkBytes(state, restored, bytes)) return false;
  const row = writer.rowOf(ref);
  if (writer.lastMsOf(row) !== maxtMs) return true;
  if ('integer' in sample) foreign.noteNewest(row, sample);
  else {
    const { views } = writer;
    writer.changeRow(row, () => {
      views.setWord(views.hotRow(row) + hot.lastValue, sample.low);
      views.setWord(views.hotRow(row) + hot.lastValue + 4, sample.high);
    });
  }
  return true;
}

/** The log has told samples of the series by a reference of before: the chunk stands behind them. */
function endOpen({ writer, foreign }: HeadState, row: number): void {
  if (writer.isFresh(row)) return;
  foreign.endBefore(row, Number.POSITIVE_INFINITY, writer.commit);
  if (!closeOpen(writer, row)) return;
  const { views } = writer;
  writer.changeRow(row, () => views.setDouble(views.hotRow(row) + hot.lastDelta, writer.lastMsOf(row)));
}

export function noteReplayed(state: HeadState, ref: SeriesRef, upToMs: number): void {
  const { writer } = state;
  const row = writer.rowOf(ref);
  if (row === noRow) return;
  settleRow(state, row);
  if (!writer.isFresh(row) || upToMs <= writer.loggedMsOf(row)) return;
  const { views } = writer;
  writer.changeRow(row, () => views.setDouble(views.hotRow(row) + hot.lastDelta, upToMs));
}

export function unloggedEnds({ writer }: HeadState): ChunkEnd[] {
  const ends: ChunkEnd[] = [];
  for (let row = 0; row < writer.rowLimit; row++) {
    const ref = writer.refOf(row);
    if (ref === 0 || !writer.isFresh(row)) continue;
    const maxtMs = writer.lastMsOf(row);
    if (maxtMs > writer.loggedMsOf(row)) ends.push({ ref, maxtMs });
  }
  return ends;
}

export function newestMs(state: HeadState, ref: SeriesRef): number {
  const { writer } = state;
  const row = writer.rowOf(ref);
  if (row === noRow) return Number.NEGATIVE_INFINITY;
  settleRow(state, row);
  return writer.lastMsOf(row);
}
