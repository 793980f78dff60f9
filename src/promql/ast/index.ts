export * from './ast.js';
export * from './edit-matchers.js';
export * from './time-units.js';
export * from './walk-expr.js';
