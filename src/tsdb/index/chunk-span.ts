import { setImmediate } from 'node:timers/promises';
import type { Disk, DiskFile } from '../../base/index.js';
import { CheckedSeries } from './checked-series.js';
import { EntryReader, seriesIdBytes } from './entry-reader.js';
import { readToc, readVersion } from './read-toc.js';
import { SeriesEntry } from './series-entry.js';

/** First and last time of samples. */
export interface ChunkSpan {
  readonly mintMs: number;
  readonly maxtMs: number;
}

/** So much of the series is read between two turns of the event loop: a few milliseconds. */
const bytesInTurn = 1 << 20;
const checksumBytes = 4;

/**
 * What the chunks of the series span that begin in the first `mostBytes` of them, in the order of the index `file`;
 * undefined where there are none. Rejects with `CorruptionError` or the system's error.
 */
export async function readChunkSpan(
  disk: Disk,
  file: string,
  mostBytes = Number.POSITIVE_INFINITY,
): Promise<ChunkSpan | undefined> {
  const handle = await disk.open(file, 'read');
  try {
    return await spanOf(handle, await handle.sizeBytes(), mostBytes);
  } finally {
    await handle.close();
  }
}

async function spanOf(file: DiskFile, sizeBytes: number, mostBytes: number): Promise<ChunkSpan | undefined> {
  const version = readVersion(file);
  const toc = readToc(file, sizeBytes);
  const idBytes = seriesIdBytes(version);
  const behind = [toc.labelIndices, toc.postings, toc.labelIndicesTable, toc.postingsTable];
  const end = Math.min(...behind.filter((offset) => offset > toc.series), toc.series + mostBytes);
  const reader = new EntryReader(file, { sizeBytes, version, checked: new CheckedSeries(0, version) });
  const entry = new SeriesEntry();
  let mintMs = Number.POSITIVE_INFINITY;
  let maxtMs = Number.NEGATIVE_INFINITY;
  let turnAt = toc.series + bytesInTurn;
  for (let id = Math.ceil(toc.series / idBytes); id * idBytes < end; ) {
    const cursor = reader.entry(id);
    const entryEnd = cursor.fileOffset + cursor.end + checksumBytes;
    entry.readLabels(cursor, cursor.end);
    entry.readChunks();
    for (let i = 0; i < entry.chunkCount; i++) {
      mintMs = Math.min(mintMs, entry.mintMs[i] as number);
      maxtMs = Math.max(maxtMs, entry.maxtMs[i] as number);
    }
    id = Math.ceil(entryEnd / idBytes);
    if (entryEnd < turnAt) continue;
    turnAt = entryEnd + bytesInTurn;
    await setImmediate();
  }
  return mintMs <= maxtMs ? { mintMs, maxtMs } : undefined;
}
