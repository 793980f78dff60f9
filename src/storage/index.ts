export * from './columns.js';
export * from './contracts.js';
export * from './symbols.js';
