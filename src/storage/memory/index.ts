export { type ExemplarFigures, type ExemplarOwner, ExemplarRing } from './exemplar-ring.js';
export * from './memory-store.js';
