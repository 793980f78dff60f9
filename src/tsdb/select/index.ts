export type { ColumnWriter } from './column-writer.js';
export type { MatchedSeries, MatchRequest, SampleSource } from './contracts.js';
export { KernelColumnWriter } from './kernel-column-writer.js';
export { selectChunksFrom } from './select-from.js';
export { createSourceQuerier } from './source-querier.js';
