/** Blocks; the bytes are drawn in docs/formats/block.md. */
export {
  type BlockCompaction,
  type BlockMeta,
  formatBlockMeta,
  metaFileName,
  parseBlockMeta,
  readBlockMeta,
  writeBlockMeta,
} from './block-meta.js';
export { blockSource } from './block-source.js';
export { deleteFromBlock } from './delete-from-block.js';
export { dropDeleted } from './drop-deleted.js';
export { type BlockList, type BrokenBlock, type ListedBlock, listBlocks } from './list-blocks.js';
export { matchSeries } from './match-series.js';
export { type Block, openBlock } from './open-block.js';
export { repairIndexVersion } from './repair-index-version.js';
export { seriesBound } from './series-bound.js';
export { createUlid, isUlid } from './ulid.js';
export {
  type BlockChunk,
  type BlockSeriesInput,
  writeBlock,
} from './write-block.js';
