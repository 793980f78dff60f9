import {
  chunkEncoding,
  FloatChunkAppender,
  HistogramChunkWriter,
  histogramEncoding,
} from '../chunkenc/index.js';
import { wordsOf } from '../model/index.js';
import { histogramKind, type SeriesColumns } from './columns.js';
import type { ChunkBytes } from './contracts.js';
import { readChunk } from './read-chunks.js';

/** Samples that upstream aims at in a chunk (tsdb.DefaultSamplesPerChunk). */
const samplesPerChunk = 120;

/**
 * Rows as chunks of at most 120 samples: another one where floats and histograms alternate, where whole counts and
 * doubles do, and where a histogram cannot join the one before. Start timestamps choose the encodings that hold them.
 */
export function cutChunks(columns: SeriesColumns): ChunkBytes[] {
  const chunks: ChunkBytes[] = [];
  let from = 0;
  while (from < columns.length) {
    const kind = columns.kinds?.[from];
    let to = from + 1;
    while (to < columns.length && columns.kinds?.[to] === kind) to++;
    if (kind === histogramKind) cutHistograms(columns, from, to, chunks);
    else cutFloats(columns, from, to, chunks);
    from = to;
  }
  return chunks;
}

/** How floats without start timestamps are kept. */
export type FloatEncoding = 'xor' | 'xor2';

/** The same samples of a chunk of floats in the newer encoding; any other chunk as it is. */
export function asXor2<Chunk extends Pick<ChunkBytes, 'encoding' | 'bytes'>>(chunk: Chunk): Chunk {
  if (chunk.encoding !== chunkEncoding.xor) return chunk;
  const rows = readChunk(chunk);
  const { timestamps, values, length } = rows.columns(0, rows.length);
  const words = wordsOf(values);
  const appender = new FloatChunkAppender(chunkEncoding.xor2);
  for (let row = 0; row < length; row++)
    appender.append(timestamps[row] as number, words[2 * row] as number, words[2 * row + 1] as number, 0);
  return { ...chunk, encoding: chunkEncoding.xor2, bytes: appender.bytes };
}

function hasStarts(columns: SeriesColumns, from: number, to: number): boolean {
  return columns.startTimestamps?.subarray(from, to).some((startMs) => startMs !== 0) === true;
}

function cutFloats(columns: SeriesColumns, from: number, to: number, chunks: ChunkBytes[]): void {
  const { timestamps, startTimestamps } = columns;
  const words = wordsOf(columns.values);
  const encoding = hasStarts(columns, from, to) ? chunkEncoding.xor2 : chunkEncoding.xor;
  for (let begin = from; begin < to; begin += samplesPerChunk) {
    const end = Math.min(begin + samplesPerChunk, to);
    const appender = new FloatChunkAppender(encoding);
    for (let row = begin; row < end; row++)
      appender.append(
        timestamps[row] as number,
        words[2 * row] as number,
        words[2 * row + 1] as number,
        startTimestamps?.[row] ?? 0,
      );
    chunks.push({
      encoding,
      mintMs: timestamps[begin] as number,
      maxtMs: timestamps[end - 1] as number,
      bytes: appender.bytes,
    });
  }
}

function cutHistograms(columns: SeriesColumns, from: number, to: number, chunks: ChunkBytes[]): void {
  const { timestamps, startTimestamps, histograms } = columns;
  const starts = hasStarts(columns, from, to);
  let writer: HistogramChunkWriter | undefined;
  let begin = from;
  const finish = (end: number): void => {
    if (writer === undefined) return;
    const { encoding, bytes } = writer;
    const mintMs = timestamps[begin] as number;
    chunks.push({ encoding, mintMs, maxtMs: timestamps[end - 1] as number, bytes });
    begin = end;
  };
  for (let row = from; row < to; row++) {
    const histogram = histograms?.at(row);
    if (histogram === undefined) continue;
    const timestampMs = timestamps[row] as number;
    const sample = { timestampMs, startTimestampMs: startTimestamps?.[row] ?? 0, histogram };
    const encoding = histogramEncoding({ integer: histogram.integer, starts });
    let target = writer;
    if (target === undefined || target.encoding !== encoding || target.count >= samplesPerChunk)
      target = new HistogramChunkWriter(encoding);
    const holder: HistogramChunkWriter = target.append(sample, target === writer ? undefined : writer);
    if (holder !== writer) finish(row);
    writer = holder;
  }
  finish(to);
}
