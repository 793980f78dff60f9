/** Deletions of a block; the bytes are drawn in docs/formats/block.md. */
export {
  addInterval,
  type DeletedInterval,
  GatheredIntervals,
  isDeleted,
  touchesDeleted,
} from './intervals.js';
export {
  decodeDeletions,
  decodeTombstones,
  encodeDeletions,
  encodeTombstones,
  noTombstones,
  readTombstones,
  type Tombstones,
  writeTombstones,
} from './tombstones.js';
