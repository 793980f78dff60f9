/** Samples within a chunk; the bytes are drawn in docs/formats/chunk-encodings.md. */
export * from './decode-result.js';
export * from './encodings.js';
export * from './float-chunk.js';
export { HistogramChunkReader, type ResetHeader, resetHeader } from './histogram-reader.js';
export * from './histogram-rows-reader.js';
export { type ChunkHistogram, HistogramChunkWriter, maxIntegerCount } from './histogram-writer.js';
export { staleSample } from './stale-sample.js';
