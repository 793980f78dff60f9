export * from './ast/index.js';
export * from './errors.js';
export * from './value.js';
