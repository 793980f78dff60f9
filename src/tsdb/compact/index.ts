/** Blocks that become one. */
export { type CompactJob, compactBlocks } from './compact-blocks.js';
export {
  type MergedBlock,
  type MergePlan,
  planMerge,
  removeSources,
  writeMerge,
} from './merge-offline.js';
export { blockRanges, type CompactionRules, planCompaction, splitByRange } from './plan-compaction.js';
