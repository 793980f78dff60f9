import { type ChunkBytes, cutChunks, readChunk, SeriesRows } from '../../storage/index.js';
import { type DeletedInterval, touchesDeleted } from '../tombstones/index.js';

/** The samples of a chunk that are not deleted, as chunks. Throws `CorruptionError`. */
export function dropDeleted(chunk: ChunkBytes, intervals: readonly DeletedInterval[]): ChunkBytes[] {
  if (!touchesDeleted(intervals, chunk.mintMs, chunk.maxtMs)) return [chunk];
  const rows = readChunk(chunk);
  const { timestamps } = rows.columns(0, rows.length);
  const kept = new SeriesRows();
  for (let row = 0; row < rows.length; row++) {
    const timeMs = timestamps[row] as number;
    if (!touchesDeleted(intervals, timeMs, timeMs)) kept.appendRows(rows, row, row + 1);
  }
  return cutChunks(kept.columns(0, kept.length));
}
