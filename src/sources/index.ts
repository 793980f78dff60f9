export * from './evaluate.js';
export * from './parse-selectors.js';
