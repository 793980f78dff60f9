import { FloatChunkAppender, type HistogramChunkWriter } from '../../chunkenc/index.js';

/** A chunk that is written outside the head's memory. */
export interface OpenChunk {
  readonly writer: FloatChunkAppender | HistogramChunkWriter;
  readonly mintMs: number;
  maxtMs: number;
  /** The time at which the next chunk begins. */
  nextAtMs: number;
  hasEnd: boolean;
  /** The copy that readers see, 0 for none. */
  shownAt: number;
  isChanged: boolean;
}

/** Source: chunkenc/chunk.go and tsdb/head_append.go. */
const floatBytesLimit = 1024 - 19;
const histogramTargetBytes = 1024;
const fewestHistograms = 10;

/** The end of the chunk range that a time lies in. */
export function rangeEndMs(timestampMs: number, rangeMs: number): number {
  return Math.trunc(timestampMs / rangeMs) * rangeMs + rangeMs;
}

/** The end that makes the chunks of a range equally long, where `ratio` says how many times as long a full one is. */
function predictedEndMs(open: OpenChunk, ratio: number): number {
  const { mintMs, maxtMs, nextAtMs } = open;
  const n = (nextAtMs - mintMs) / ((maxtMs - mintMs + 1) * ratio);
  return n <= 1 ? nextAtMs : Math.trunc(mintMs + (nextAtMs - mintMs) / Math.floor(n));
}

/** Where the chunk ends, judged behind each sample. */
export function chunkEndMs(open: OpenChunk, samplesPerChunk: number): number {
  const { writer } = open;
  if (open.hasEnd) return open.nextAtMs;
  const isFloat = writer instanceof FloatChunkAppender;
  const length = writer.bytes.length;
  if (isFloat ? writer.count !== Math.trunc(samplesPerChunk / 4) : length < histogramTargetBytes / 4)
    return open.nextAtMs;
  open.hasEnd = true;
  return predictedEndMs(open, isFloat ? 4 : histogramTargetBytes / length);
}

/** Whether a sample of that time begins another chunk. */
export function needsCut(open: OpenChunk, timestampMs: number, samplesPerChunk: number): boolean {
  const { writer, nextAtMs } = open;
  const length = writer.bytes.length;
  if (writer instanceof FloatChunkAppender)
    return timestampMs >= nextAtMs || writer.count >= samplesPerChunk * 2 || length > floatBytesLimit;
  if (writer.isFull) return true;
  const isDue = timestampMs >= nextAtMs || length >= histogramTargetBytes * 2;
  return isDue && (writer.count >= fewestHistograms || !open.hasEnd);
}
