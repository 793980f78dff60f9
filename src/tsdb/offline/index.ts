export type { ReadOnlyDatabase, ReadOnlyOptions } from './contracts.js';
export { type MergeReport, type MergeTarget, mergeBlocks } from './merge-blocks.js';
export { type OpenedPlace, openPlace, type PlaceOptions } from './open-place.js';
export { openReadOnly } from './open-read-only.js';
