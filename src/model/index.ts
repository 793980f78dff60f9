export * from './exemplar.js';
export * from './histogram.js';
export * from './labels.js';
export * from './matcher.js';
export * from './metadata.js';
export * from './names.js';
export * from './regexp/index.js';
export * from './staleness.js';
