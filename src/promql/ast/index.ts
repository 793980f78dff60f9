export * from './ast.js';
export * from './time-units.js';
