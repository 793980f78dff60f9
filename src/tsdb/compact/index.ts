/** Blocks that become one. */
export { type CompactJob, compactBlocks } from './compact-blocks.js';
export { blockRanges, type CompactionRules, planCompaction, splitByRange } from './plan-compaction.js';
