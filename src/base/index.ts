export * from './bytes.js';
export * from './clock.js';
export * from './disk.js';
export * from './errors.js';
export * from './go-float.js';
export * from './quote.js';
export * from './random.js';
