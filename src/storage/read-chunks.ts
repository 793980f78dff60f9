import { CorruptionError } from '../base/index.js';
import {
  decodeFloats,
  HistogramChunkReader,
  isFloatEncoding,
  isHistogramEncoding,
  rowRoomOf,
} from '../chunkenc/index.js';
import type { ChunkBytes } from './contracts.js';
import { SeriesRows } from './series-rows.js';

/** The samples of one chunk. Throws `CorruptionError` where the bytes are no chunk of that encoding. */
export function readChunk({ encoding, bytes }: Pick<ChunkBytes, 'encoding' | 'bytes'>): SeriesRows {
  const rows = new SeriesRows();
  if (isFloatEncoding(encoding)) {
    const room = rowRoomOf(encoding, bytes);
    const column = (): Float64Array => new Float64Array(room);
    const into = { timestamps: column(), values: column(), startTimestamps: column() };
    const result = decodeFloats(encoding, bytes, into);
    if (result.kind === 'corrupt') throw corruptChunk(encoding, result.reason);
    const hasStarts = into.startTimestamps.some((startMs) => startMs !== 0);
    const startTimestamps = hasStarts ? into.startTimestamps : undefined;
    rows.appendColumns({ ...into, length: result.count, startTimestamps }, 0, result.count);
    return rows;
  }
  if (!isHistogramEncoding(encoding)) throw corruptChunk(encoding, 'an encoding that nobody writes');
  const reader = new HistogramChunkReader(encoding, bytes);
  while (reader.next()) rows.appendHistogram(reader.timestampMs, reader.histogram, reader.startTimestampMs);
  const { result } = reader;
  if (result.kind === 'corrupt') throw corruptChunk(encoding, result.reason);
  return rows;
}

function corruptChunk(encoding: number, found: string): CorruptionError {
  return new CorruptionError({
    path: 'chunk',
    offset: 0,
    expected: `a chunk of encoding ${encoding}`,
    found,
  });
}
