export type {
  ChunkPlace,
  ClosedChunk,
  EndedSeries,
  Head,
  HeadAppender,
  HeadCensus,
  HeadOptions,
  HeadTallies,
  HeadView,
  LateChunks,
  LateRows,
} from './contracts.js';
export { createHead } from './create-head.js';
export { type HeadPart, openHeadSource } from './head-source.js';
export type { MappedChunks } from './mapped-chunks.js';
export { StagedFloats } from './staged-floats.js';
