export type {
  ChunkPlace,
  ClosedChunk,
  Head,
  HeadAppender,
  HeadOptions,
  HeadView,
} from './contracts.js';
export { createHead } from './create-head.js';
export { openHeadSource } from './head-source.js';
export type { MappedChunks } from './mapped-chunks.js';
