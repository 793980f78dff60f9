export * from './edit-query.js';
export * from './evaluate.js';
export * from './parse-selectors.js';
export * from './run-script-file.js';
export * from './script-stores.js';
