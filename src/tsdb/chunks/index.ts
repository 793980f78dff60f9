/** Files of chunks; the bytes are drawn in docs/formats/chunks.md. */
export { ChunkPieces } from './chunk-pieces.js';
export { ChunkWindow } from './chunk-window.js';
export {
  type HeadChunkRecord,
  type HeadChunkScan,
  isHeadChunkFile,
  readHeadChunks,
  removeHeadChunksBefore,
  removeUnbegun,
  repairHeadChunks,
} from './head-chunk-files.js';
export { HeadChunkReader } from './head-chunk-reader.js';
export { type HeadChunk, HeadChunkWriter } from './head-chunk-writer.js';
export { type ChunkSegments, openChunkSegments } from './segment-reader.js';
export { ChunkSegmentWriter } from './segment-writer.js';
