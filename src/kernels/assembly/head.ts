// The family of the head: what the writer's thread calls.
export * from './head-append';
export * from './head-census';
export {
  headAlias,
  headCreate,
  headFind,
  headForgetRef,
  headFreeRow,
  headIndexInit,
  headPairCount,
  headRemove,
  headRow,
  headSweepName,
  headSweepNames,
  headSweepPair,
} from './head-index';
export { headMake, headMakeBegin } from './head-make';
export { headSymbolCount } from './head-symbols';
export { headClosedInit, headFillChunk, headPushChunk, headTakeClosed } from './head-chunks';
export { headLimboCount, headLimboInit, headReclaim, headRetire } from './head-limbo';
export { headPlace } from './head-state';
export * from './head-replay';
export * from './head-restore';
