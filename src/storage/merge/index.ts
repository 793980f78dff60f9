export { mergeChunks } from './merge-chunks.js';
export { mergeColumns } from './merge-columns.js';
export { mergeLabelAnswers, mergeQueriers } from './merge-queriers.js';
export { type MergeOptions, mergeChunkSeriesSets, mergeSeriesSets } from './merge-series-sets.js';
