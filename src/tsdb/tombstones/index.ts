export { addInterval, type DeletedInterval, isDeleted, touchesDeleted } from './intervals.js';
export {
  decodeTombstones,
  encodeTombstones,
  noTombstones,
  readTombstones,
  type Tombstones,
  writeTombstones,
} from './tombstones.js';
